// The chart: one or two Leaflet maps with the canvas layer, their legends, tooltip and caption.

import * as L from "./leaflet/leaflet-src.esm.js";
import { sayExtent } from "./chart_address.js";
import { Hand, Outlines } from "./chart_drawing.js";
import { bytesOf, loadGeometry } from "./chart_geometry.js";
import { addControls, addPointer, moveTogether } from "./chart_hands.js";
import { createLayerClass } from "./chart_layer.js";
import { describePlace, drawLegend, element, tallyWords } from "./chart_legend.js";
import { placingMethods, SMALL } from "./chart_placing.js";
import { HIDDEN, isDarkColour } from "./chart_style.js";

const ChartLayer = createLayerClass(L);
const charts = new WeakMap(); // parentElement → chart

const floats = (text) => (text ? new Float32Array(bytesOf(text).buffer) : null);
const bytes = (text) => new Int8Array(bytesOf(text).buffer);

const readTexts = (packed) => (packed ? { texts: packed.texts, index: new Int16Array(bytesOf(packed.index).buffer) } : null);

function readPanel(panel) {
  const { fill, ring } = panel;
  return {
    title: panel.title,
    fill: {
      ...fill, classes: bytes(fill.classes), figures: floats(fill.figures), parentFigures: floats(fill.parent_figures),
      parentClasses: fill.parent_classes ? bytes(fill.parent_classes) : null,
      words: readTexts(fill.words), spoken: readTexts(fill.spoken), parentWords: readTexts(fill.parent_words),
    },
    ring: ring && readRing(ring),
  };
}

function readRing(ring) {
  const values = floats(ring.values);
  return {
    ...ring, values, parentValues: floats(ring.parent_values), hasHidden: values.includes(HIDDEN),
    words: readTexts(ring.words), parentWords: readTexts(ring.parent_words),
  };
}

// Called by Streamlit each time the page runs: the first time it builds, afterwards it restyles.
export function render(component, root, base) {
  const { parentElement, data } = component;
  let chart = charts.get(parentElement);
  if (!chart || !chart.isFor(data)) {
    if (chart) chart.remove();
    chart = new Chart(component, root, base);
    charts.set(parentElement, chart);
  }
  chart.update(component);
  return () => { chart.remove(); charts.delete(parentElement); };
}

class Chart {
  constructor(component, root, base) {
    this.root = root;
    this.base = base;
    this.hash = component.data.geometry;
    this.panelCount = component.data.panels.length;
    this.hovered = -1;
    this.maps = [];
    this.isMoved = false;
    this.stops = [];
    this.buildFrame(component.data);
  }

  isFor(data) { return data.geometry === this.hash && data.panels.length === this.panelCount; }

  listen(target, name, run, options) {
    target.addEventListener(name, run, options);
    this.stops.push(() => target.removeEventListener(name, run, options));
  }

  buildFrame(data) {
    this.root.replaceChildren();
    this.root.className = `soundings-chart panels-${this.panelCount}`;
    this.heading = element("div", "chart-heading", null, this.root);
    this.title = element("div", "chart-title", null, this.heading);
    this.subtitle = element("div", "chart-subtitle", null, this.heading);
    if (data.is_small) this.root.style.setProperty("--chart-height", `${SMALL}px`);
    this.sheets = element("div", "chart-sheets", null, this.root);
    this.status = element("div", "chart-status", null, this.root);
    this.status.setAttribute("role", "status");
    this.panels = data.panels.map(() => this.buildPanel());
    this.sentinel = element("span", "theme-sentinel", null, this.root);
    this.listen(this.sentinel, "transitionend", () => this.restyle());
    this.listen(window, "beforeprint", () => this.makePrints());
    const print = window.matchMedia("print");
    this.listen(print, "change", () => print.matches && this.makePrints());
  }

  buildPanel() {
    const sheet = element("section", "chart-sheet", null, this.sheets);
    const title = element("div", "sheet-title", null, sheet);
    const frame = element("div", "chart-frame", null, sheet);
    this.listen(frame, "pointerdown", () => frame.classList.add("is-pointed"), true);
    this.listen(frame, "keydown", () => frame.classList.remove("is-pointed"), true);
    const holder = element("div", "chart-holder", null, frame);
    const tip = element("div", "chart-tip", null, frame);
    tip.setAttribute("aria-hidden", "true");
    const hint = element("div", "chart-hint", null, frame);
    const print = element("img", "chart-print", null, frame);
    const legend = element("div", "chart-legend", null, frame);
    const caption = element("div", "chart-caption", null, sheet);
    return { sheet, title, frame, holder, tip, hint, print, legend, caption };
  }

  async update({ data, setTriggerValue }) {
    this.data = data;
    this.select = (code) => setTriggerValue("selected", code ?? "");
    this.sendArea = (corners) => setTriggerValue("drawn", corners);
    this.title.textContent = data.title;
    this.subtitle.textContent = data.subtitle;
    this.read = data.panels.map(readPanel);
    this.extra = data.extra.map((field) => ({ label: field.label, values: floats(field.values), words: readTexts(field.words) }));
    const turn = (this.turn = (this.turn || 0) + 1);
    try {
      this.geometry = await loadGeometry(`${this.base}geometry/${this.hash}.json`, this.hash);
    } catch (error) {
      this.root.replaceChildren(element("div", "chart-failed", `${error.message} ${data.words.see_table}`));
      charts.delete(this.root);
      return;
    }
    await this.hasWidth();
    if (turn !== this.turn || this.isRemoved) return;
    this.selected = this.geometry.numberOf.get(data.selected) ?? -1;
    const isNew = !this.maps.length;
    if (isNew) this.buildMaps();
    this.followAddress(isNew);
    this.restyle();
  }

  // A chart may come before its place on the page has a width, and no map can be drawn there.
  hasWidth() {
    if (this.sheets.clientWidth) return null;
    return new Promise((done) => {
      const seen = new ResizeObserver(() => { if (this.sheets.clientWidth) { seen.disconnect(); done(); } });
      seen.observe(this.sheets);
      this.stops.push(() => seen.disconnect());
    });
  }

  palette() {
    const style = getComputedStyle(this.sentinel).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [255, 255, 255];
    const hex = `#${style.slice(0, 3).map((c) => Math.round(c).toString(16).padStart(2, "0")).join("")}`;
    this.isNight = style[3] !== 0 && isDarkColour(hex);
    return this.data.palette[this.isNight ? "night" : "day"];
  }

  restyle() {
    if (!this.geometry || this.isRemoved) return;
    const palette = this.palette(), font = getComputedStyle(this.root).fontFamily;
    for (const [name, colour] of Object.entries(palette)) {
      if (typeof colour === "string") this.root.style.setProperty(`--chart-${name.replace("_", "-")}`, colour);
    }
    this.panels.forEach((view, i) => {
      const panel = this.read[i];
      view.title.textContent = panel.title;
      view.title.hidden = !panel.title;
      view.holder.setAttribute("aria-label", [panel.title, this.data.summary, this.data.words[this.hand ? "draw_keys" : "keys"]]
        .filter(Boolean).map((text) => text.replace(/\.$/, "")).join(". "));
      const layer = this.maps[i].layer;
      layer.isNight = this.isNight;
      layer.selected = this.selected;
      layer.setPanel(panel, palette, font);
    });
    this.outlines?.show(this.data.areas, palette);
    this.hand?.draw(palette);
    this.sayStatus();
  }

  drawWords(i) {
    const { layer } = this.maps[i], view = this.panels[i];
    if (!layer.tally || !layer.panel) return;
    drawLegend(view.legend, layer.panel, this.data.words, layer.palette, layer.ringScale, layer.dpr, layer.isParents);
    const { words, is_small } = this.data;
    view.caption.textContent = tallyWords(layer.tally, is_small ? { ...words, in_table: words.zoom_for_them } : words);
    view.caption.hidden = !view.caption.textContent;
  }

  sayStatus() {
    if (this.selected < 0) { this.status.textContent = ""; return; }
    const said = this.read.map((panel) => describePlace(this.geometry, panel, this.data.words, this.extra, this.selected));
    const lines = [...new Set(said.flatMap((d) => d.lines.map((line) => line.text)))];
    this.status.textContent = `${[said[0].name, lines.join("; ")].filter(Boolean).join(": ")}.`;
  }

  buildMaps() {
    const isTouch = window.matchMedia("(pointer: coarse)").matches;
    for (const view of this.panels) {
      const map = L.map(view.holder, {
        attributionControl: false, zoomControl: false, zoomSnap: 0, zoomDelta: 1, scrollWheelZoom: false,
        dragging: !isTouch, zoomAnimation: this.panelCount === 1, fadeAnimation: false, boxZoom: false, doubleClickZoom: !this.data.drawing,
        keyboardPanDelta: 90, wheelPxPerZoomLevel: 90, inertia: false, tap: false,
      });
      const layer = new ChartLayer(this.geometry);
      L.control.scale({ imperial: false, position: "bottomright", maxWidth: 90 }).addTo(map);
      view.holder.setAttribute("role", "application");
      view.holder.setAttribute("aria-roledescription", "chart");
      this.maps.push({ map, layer, view });
    }
    this.maps.forEach(({ layer, view }, i) => {
      drawLegend(view.legend, this.read[i], this.data.words, this.palette(), null, 1, false); // its width counts in the fit
    });
    this.fit();
    this.maps.forEach(({ map, layer, view }, i) => {
      layer.palette = this.palette();
      layer.on("drawn", () => {
        this.drawWords(i);
        this.root.dataset.drawn = String(Number(this.root.dataset.drawn || 0) + 1);
      });
      layer.panel = this.read[i];
      layer.fontFamily = getComputedStyle(this.root).fontFamily;
      layer.isNight = this.isNight;
      layer.selected = this.selected;
      layer.addTo(map);
      const say = () => { view.holder.dataset.view = `${map.getCenter().lat.toFixed(5)} ${map.getCenter().lng.toFixed(5)} ${map.getZoom().toFixed(3)}`; };
      map.on("moveend", say);
      say();
      addControls(this, map, view, isTouch);
      addPointer(this, map, layer, view);
    });
    if (this.maps.length === 2) moveTogether(this.maps);
    const { map, view } = this.maps[0];
    if (this.data.areas) this.outlines = new Outlines(map);
    if (this.data.drawing) this.hand = new Hand(this, map, view, this.data.drawing, this.data.words, (corners) => this.sendArea(corners));
    this.maps[0].map.on("moveend", () => {
      if (this.isPlacing) return;
      this.isMoved = true;
      this.keeper?.note(sayExtent(this.maps[0].map));
    });
    let known = this.sheets.clientWidth;
    const resized = new ResizeObserver(() => {
      if (!this.sheets.clientWidth || this.sheets.clientWidth === known) return; // 0: hidden, on its way out
      if (window.matchMedia("print").matches) return; // on paper the picture stands for the map, which has no size there
      known = this.sheets.clientWidth;
      if (this.isMoved) this.goTo(this.maps[0].map.getCenter(), this.maps[0].map.getZoom()); else this.fit();
    });
    resized.observe(this.sheets);
    this.stops.push(() => resized.disconnect());
  }

  showHint(view, text) {
    view.hint.textContent = text;
    view.hint.classList.add("is-shown");
    clearTimeout(view.hintTimer);
    view.hintTimer = setTimeout(() => view.hint.classList.remove("is-shown"), 1400);
  }

  choose(place) {
    if (place === this.selected) return;
    this.selected = place;
    for (const { layer } of this.maps) layer.mark(place, layer.hovered);
    this.sayStatus();
    this.select(place < 0 ? null : this.geometry.codes[place]);
  }

  hover(place, view, point) {
    this.maps.forEach(({ layer }) => layer.mark(this.selected, place));
    const { tip } = view;
    tip.classList.toggle("is-shown", place >= 0);
    if (place < 0) { this.hovered = -1; return; }
    if (place !== this.hovered || tip.dataset.place !== String(place)) {
      const i = this.panels.indexOf(view);
      const { name, lines } = describePlace(this.geometry, this.read[i], this.data.words, this.extra, place, this.maps[i].layer.isParents);
      tip.replaceChildren(element("b", null, name));
      for (const line of lines) element("div", `tip-${line.kind}`, line.text, tip);
      tip.dataset.place = String(place);
      this.hovered = place;
    }
    const { clientWidth: w, clientHeight: h } = view.frame;
    const left = point.x + 16 + tip.offsetWidth > w ? point.x - tip.offsetWidth - 12 : point.x + 16;
    tip.style.transform = `translate(${Math.max(2, left)}px, ${Math.max(2, Math.min(point.y + 14, h - tip.offsetHeight - 4))}px)`;
  }

  makePrints() {
    if (!this.maps.length) return;
    for (const { layer, view } of this.maps) {
      view.print.src = layer.toImage(this.data.palette.day);
      view.print.alt = view.holder.getAttribute("aria-label");
    }
  }

  remove() {
    this.isRemoved = true;
    this.stops.forEach((stop) => stop());
    for (const { map } of this.maps) map.remove();
    this.maps = [];
  }
}

Object.assign(Chart.prototype, placingMethods);
