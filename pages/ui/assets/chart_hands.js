// How the chart is moved and asked: buttons, pointer, wheel, fingers and keys.

import { element } from "./chart_legend.js";

// Buttons for those who do not drag or turn a wheel.
export function addControls(chart, map, view, isTouch) {
  const bar = element("div", "chart-controls", null, view.frame), { words } = chart.data;
  const button = (sign, label, run) => {
    const node = element("button", null, sign, bar);
    node.type = "button";
    node.title = label;
    node.setAttribute("aria-label", label);
    chart.listen(node, "click", () => run(node));
    return node;
  };
  button("+", words.zoom_in, () => { chart.isMoved = true; map.zoomIn(); });
  button("−", words.zoom_out, () => { chart.isMoved = true; map.zoomOut(); });
  button("⤢", words.reset, () => chart.fit());
  if (isTouch) {
    const move = button("✥", words.move, (node) => {
      const isOn = node.getAttribute("aria-pressed") !== "true";
      node.setAttribute("aria-pressed", String(isOn));
      if (isOn) map.dragging.enable(); else map.dragging.disable();
    });
    move.setAttribute("aria-pressed", "false");
  }
  const north = element("div", "chart-north", "N", view.frame);
  north.setAttribute("aria-hidden", "true");
}

// Hover, tap and click; the wheel zooms only with Ctrl or once the chart has the focus, so the page still scrolls.
export function addPointer(chart, map, layer, view) {
  const { holder } = view;
  map.on("mousemove", (event) => chart.hover(layer.placeAtPoint(event.containerPoint), view, event.containerPoint));
  chart.listen(holder, "mouseleave", () => chart.hover(-1, view));
  map.on("dragstart", () => { chart.isMoved = true; chart.hover(-1, view); });
  map.on("zoomstart", () => chart.hover(-1, view));
  map.on("click", (event) => {
    const place = layer.placeAtPoint(event.containerPoint);
    chart.hover(place, view, event.containerPoint);
    if (chart.hand) chart.hand.add(event.latlng); else chart.choose(place);
  });
  chart.listen(holder, "wheel", (event) => {
    const isMeant = event.ctrlKey || event.metaKey || holder.getRootNode().activeElement === holder;
    if (isMeant) { chart.isMoved = true; map.scrollWheelZoom.enable(); } else {
      map.scrollWheelZoom.disable();
      chart.showHint(view, chart.data.words.wheel_hint);
    }
  }, { capture: true, passive: true });
  chart.listen(holder, "touchmove", (event) => {
    if (event.touches.length === 1 && !map.dragging.enabled()) chart.showHint(view, chart.data.words.touch_hint);
    else chart.isMoved = true;
  }, { passive: true });
  chart.listen(holder, "keydown", (event) => {
    if (chart.hand && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); chart.hand.addMiddle(); }
    else if (chart.hand && event.key === "Backspace") { event.preventDefault(); chart.hand.takeBack(); }
    else if (event.key === "Escape") { chart.hover(-1, view); if (!chart.hand) chart.choose(-1); }
    else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      chart.choose(layer.placeAtPoint(map.getSize().divideBy(2)));
    } else if (event.key.startsWith("Arrow") || "+-=_".includes(event.key)) chart.isMoved = true;
  });
}

// Both charts show the same waters: while one is dragged the other slides, and at rest both have one view.
export function moveTogether(maps) {
  let isLeading = false;
  maps.forEach(({ map }, i) => {
    const other = maps[1 - i].map;
    const follow = () => {
      if (isLeading) return;
      isLeading = true;
      other.setView(map.getCenter(), map.getZoom(), { animate: false, reset: true });
      isLeading = false;
    };
    map.on("move", () => {
      if (isLeading || map.getZoom() !== other.getZoom()) return;
      const shift = other.latLngToLayerPoint(map.getCenter()).subtract(other._getCenterLayerPoint());
      if (shift.x || shift.y) { isLeading = true; other._rawPanBy(shift.round()); isLeading = false; }
    });
    map.on("moveend zoomend", follow);
  });
}
