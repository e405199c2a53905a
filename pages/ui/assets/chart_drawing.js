// An area on the chart: one that was drawn, and the hand that draws one, corner by corner, with pointer or keys.

import * as L from "./leaflet/leaflet-src.esm.js";
import { element } from "./chart_legend.js";

const DECIMALS = 5; // of a degree: about a metre
const FEWEST = 3;
const PANE = "areas";

const places = (corners) => corners.map(([lon, lat]) => [lat, lon]);

function makePane(map) {
  const pane = map.getPane(PANE) ?? map.createPane(PANE);
  pane.style.zIndex = "620";
  pane.style.pointerEvents = "none";
  return pane;
}

// Outlines that are only shown: each a pale casing with a dashed line of ink, in no colour that stands for a measure.
export class Outlines {
  constructor(map) {
    makePane(map);
    const shared = { pane: PANE, interactive: false, fill: false };
    this.casing = L.polygon([], { ...shared, weight: 6, opacity: 0.9 }).addTo(map);
    this.line = L.polygon([], { ...shared, weight: 2.6, dashArray: "7 4" }).addTo(map);
  }

  show(areas, palette) {
    const rings = areas.map((corners) => [places(corners)]);
    this.casing.setLatLngs(rings).setStyle({ color: palette.casing });
    this.line.setLatLngs(rings).setStyle({ color: palette.ink, fill: true, fillColor: palette.ink, fillOpacity: 0.1 });
  }
}

// A hand that draws. Corners are numbered from the first; the last one can be taken back, and the whole begun again.
export class Hand {
  constructor(chart, map, view, corners, words, send) {
    Object.assign(this, { map, words, send, corners: corners.map(([lon, lat]) => [lon, lat]), isSent: corners.length > 0 });
    this.outlines = new Outlines(map);
    this.dots = L.layerGroup([], { pane: PANE }).addTo(map);
    const box = element("div", "chart-drawing", null, view.sheet);
    this.said = element("div", "drawing-said", null, box);
    this.said.setAttribute("role", "status");
    const bar = element("div", "drawing-bar", null, box);
    const button = (label, run, isMain = false) => {
      const node = element("button", isMain ? "is-main" : null, label, bar);
      node.type = "button";
      chart.listen(node, "click", run);
      return node;
    };
    this.use = button(words.use_area, () => this.finish(), true);
    this.back = button(words.take_back, () => this.takeBack());
    this.again = button(words.start_again, () => { this.corners = []; this.change(); });
    view.sheet.insertBefore(box, view.caption);
  }

  add({ lng, lat }) {
    this.corners.push([Number(lng.toFixed(DECIMALS)), Number(lat.toFixed(DECIMALS))]);
    this.change();
  }

  addMiddle() { this.add(this.map.getCenter()); }

  takeBack() {
    this.corners.pop();
    this.change();
  }

  change() {
    this.isSent = false;
    this.draw(this.palette);
  }

  finish() {
    if (this.corners.length < FEWEST || this.isSent) return;
    this.isSent = true;
    this.draw(this.palette);
    this.send(this.corners.map(([lon, lat]) => `${lon.toFixed(DECIMALS)} ${lat.toFixed(DECIMALS)}`).join(", "));
  }

  draw(palette) {
    this.palette = palette;
    this.outlines.show(this.corners.length ? [this.corners] : [], palette);
    this.dots.clearLayers();
    this.corners.forEach(([lon, lat], i) => L.circleMarker([lat, lon], {
      pane: PANE, interactive: false, radius: i === this.corners.length - 1 ? 7 : 5, weight: 2.4, color: palette.ink,
      fillColor: i === 0 ? palette.ink : palette.casing, fillOpacity: 1,
    }).addTo(this.dots));
    const count = this.corners.length, few = count < FEWEST;
    this.use.disabled = few || this.isSent;
    this.back.disabled = this.again.disabled = count === 0;
    const { words } = this;
    this.said.textContent = this.isSent ? words.drawn : count === 0 ? words.draw_first
      : (few ? words.draw_more : words.draw_enough).replace("{count}", `${count} ${count === 1 ? words.corner : words.corners}`);
  }
}
