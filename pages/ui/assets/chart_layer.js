// One canvas layer for Leaflet: paper, places in their classes, borders, figures and rings. Restyled, never rebuilt.

import { detailAt, placeAt } from "./chart_geometry.js";
import { layOut, placeName, samplePlace } from "./chart_layout.js";

export const NOTHING = -1, HIDDEN = -2, NONE = 0;
const FIGURE_PX = [15, 22], NAME_PX = [10.5, 13], PARENT_FIGURE_PX = 12.5, RING_FIGURE_PX = 13; // pairs grow with the places
const SMALLEST_FIGURE_PLACE = 13; // px across; smaller places have no figure of their own
const number_ = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
export const write = (value) => number_.format(value);

// Class 0 is a recorded 0; the others spread over the family's five steps.
export function classColour(palette, fill, class_) {
  const ramp = palette[fill.family], count = fill.labels.length - 1;
  if (class_ === NONE) return palette.none;
  return count === 1 ? ramp[2] : ramp[Math.round(((class_ - 1) / (count - 1)) * (ramp.length - 1))];
}

export function isDarkColour(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.23;
}

// Hatch (nothing recorded) and dots (hidden) drawn at the screen's own sharpness.
export function drawPattern(kind, palette, dpr) {
  const tile = document.createElement("canvas"), side = kind === HIDDEN ? 7 : 8;
  tile.width = tile.height = Math.round(side * dpr);
  const ctx = tile.getContext("2d"), px = tile.width;
  ctx.fillStyle = palette.land;
  ctx.fillRect(0, 0, px, px);
  ctx.strokeStyle = ctx.fillStyle = kind === HIDDEN ? palette.dots : palette.hatch;
  ctx.lineWidth = dpr * 1.1;
  ctx.beginPath();
  if (kind === HIDDEN) {
    ctx.arc(px / 2, px / 2, dpr * 1.25, 0, 7);
    ctx.fill();
  } else {
    for (const shift of [-px, 0, px]) { ctx.moveTo(shift - 2, px + 2); ctx.lineTo(shift + px + 2, -2); }
    ctx.stroke();
  }
  return tile;
}

export function figureText(fill, place) {
  const class_ = fill.classes[place];
  if (class_ === NOTHING) return null;
  if (class_ === HIDDEN) return "hidden";
  if (class_ === NONE) return "0";
  const word = fill.words && fill.words.index[place] >= 0 ? fill.words.texts[fill.words.index[place]] : null;
  if (word !== null) return word;
  return Number.isNaN(fill.figures[place]) ? null : write(fill.figures[place]);
}

export function createLayerClass(L) {
  const Base = L.Renderer.prototype;
  return L.Renderer.extend({
    options: { padding: 0.12, pane: "overlayPane", interactive: false },

    initialize(geometry, options) {
      Base.initialize.call(this, options);
      this.geometry = geometry;
      this.selected = this.hovered = -1;
      this.isQuick = false;
    },

    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.className = "chart-canvas";
      this._container.setAttribute("aria-hidden", "true");
      this._base = document.createElement("canvas");
      this._lines = document.createElement("canvas");
    },

    _destroyContainer() { this._container.remove(); },

    // Leaflet calls this after each pan and zoom.
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      Base._update.call(this);
      const size = this._bounds.getSize(), dpr = Math.min(3, window.devicePixelRatio || 1);
      this.dpr = dpr;
      for (const canvas of [this._container, this._base, this._lines]) {
        canvas.width = Math.round(size.x * dpr);
        canvas.height = Math.round(size.y * dpr);
      }
      this._container.style.width = `${size.x}px`;
      this._container.style.height = `${size.y}px`;
      L.DomUtil.setPosition(this._container, this._bounds.min);
      if (!this._waiting) this._waiting = requestAnimationFrame(() => this.flush());
    },

    // A new view drawn once, however many times Leaflet announced it since the last frame.
    flush() {
      if (!this._waiting) return;
      cancelAnimationFrame(this._waiting);
      this._waiting = null;
      if (!this._map) return;
      this._reckonView();
      this._drawStill();
      this.restyle();
    },

    // Where the world stands on the canvas: x * scale - left, y * scale - top.
    _reckonView() {
      const scale = 256 * 2 ** this._zoom, origin = this._map.getPixelOrigin();
      this.view = { scale, left: origin.x + this._bounds.min.x, top: origin.y + this._bounds.min.y };
      this.detail = detailAt(this.geometry, this._zoom + Math.log2(this.dpr) * 0.5);
      const { box } = this.geometry, size = this._bounds.getSize();
      const x0 = this.view.left / scale, y0 = this.view.top / scale, x1 = x0 + size.x / scale, y1 = y0 + size.y / scale;
      this.visible = [];
      for (let p = 0; p < this.geometry.codes.length; p++) {
        if (box[4 * p] <= x1 && box[4 * p + 2] >= x0 && box[4 * p + 1] <= y1 && box[4 * p + 3] >= y0) this.visible.push(p);
      }
      const sides = this.visible.map((p) => Math.sqrt(this.geometry.area[p]) * scale).sort((a, b) => a - b);
      this.typicalSide = sides.length ? sides[sides.length >> 1] : 0;
    },

    _begin(canvas) {
      const ctx = canvas.getContext("2d");
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, canvas.width, canvas.height);
      ctx.setTransform(this.dpr, 0, 0, this.dpr, 0, 0);
      ctx.lineJoin = ctx.lineCap = "round";
      return ctx;
    },

    tracePlace(ctx, place) {
      const { starts, xy } = this.detail, { scale, left, top } = this.view;
      for (const ring of this.geometry.places[place]) {
        for (let i = 0; i < ring.length; i++) {
          const forwards = ring[i] >= 0, arc = forwards ? ring[i] : ~ring[i], a = starts[arc], b = starts[arc + 1];
          const step = forwards ? 1 : -1, end = forwards ? b : a - 1;
          for (let k = forwards ? a : b - 1, first = true; k !== end; k += step, first = false) {
            const x = xy[2 * k] * scale - left, y = xy[2 * k + 1] * scale - top;
            if (first && i === 0) ctx.moveTo(x, y);
            else if (!first) ctx.lineTo(x, y);
          }
        } // no closePath: a ring ends where it began, and closing measures the whole path again for every ring
      }
    },

    _traceArcs(ctx, isWanted) {
      const { starts, xy } = this.detail, { scale, left, top } = this.view, [one, two] = this.geometry.arcOwner;
      const isSeen = this._seen();
      ctx.beginPath();
      for (let arc = 0; arc < starts.length - 1; arc++) {
        const a = one[arc], b = two[arc];
        if (!(isSeen[a] || (b >= 0 && isSeen[b])) || !isWanted(a, b)) continue;
        for (let k = starts[arc]; k < starts[arc + 1]; k++) {
          const x = xy[2 * k] * scale - left, y = xy[2 * k + 1] * scale - top;
          if (k === starts[arc]) ctx.moveTo(x, y); else ctx.lineTo(x, y);
        }
      }
    },

    _seen() {
      const seen = new Uint8Array(this.geometry.codes.length);
      for (const p of this.visible) seen[p] = 1;
      return seen;
    },

    // What only a new view changes: the offshore lines and the land beneath, the borders and coasts above.
    _drawStill() {
      const { palette, geometry } = this, isFar = this.typicalSide < 14;
      const base = this._begin(this._base);
      this._traceArcs(base, (a, b) => b < 0);
      // Echo lines: thin lines parallel to the coast, fainter further out, as engraved charts have them.
      const reach = isFar ? [5] : [30, 19, 10];
      reach.forEach((width, i) => {
        base.globalAlpha = (i + 1) / reach.length;
        base.lineWidth = width + (isFar ? 1.2 : 1.8);
        base.strokeStyle = palette.echo;
        base.stroke();
        base.globalAlpha = 1;
        base.lineWidth = width;
        base.strokeStyle = palette.sea;
        base.stroke();
      });
      base.beginPath();
      for (const p of this.visible) this.tracePlace(base, p);
      base.fillStyle = palette.land;
      base.fill();

      const lines = this._begin(this._lines), parentOf = geometry.parentOf, hasParents = geometry.parents.codes.length > 1;
      const strength = Math.max(0, Math.min(1, (this.typicalSide - 5) / 22));
      if (strength > 0) {
        this._traceArcs(lines, (a, b) => b >= 0);
        lines.globalAlpha = strength;
        lines.lineWidth = isFar ? 0.4 : 1;
        lines.strokeStyle = palette.border;
        lines.stroke();
        lines.globalAlpha = 1;
      }
      if (hasParents) {
        this._traceArcs(lines, (a, b) => b >= 0 && parentOf[a] !== parentOf[b]);
        lines.lineWidth = isFar ? 0.5 : 1.6;
        lines.strokeStyle = palette.parent_border;
        lines.stroke();
      }
      this._traceArcs(lines, (a, b) => b < 0);
      lines.lineWidth = isFar ? 0.6 : 1.15;
      lines.strokeStyle = palette.coast;
      lines.stroke();
    },

    setPanel(panel, palette, fontFamily) {
      const isNewLook = this.palette && (this.palette !== palette || this.fontFamily !== fontFamily);
      Object.assign(this, { panel, palette, fontFamily });
      if (!this._map || !this.view || this._waiting) return;
      if (isNewLook) this._drawStill();
      this.restyle();
    },

    mark(selected, hovered) {
      const isMoved = selected !== this.selected;
      if (!isMoved && hovered === this.hovered) return;
      Object.assign(this, { selected, hovered });
      if (!this.view || this._waiting) return;
      if (isMoved) this.restyle(); else this._drawTop();
    },

    // New values or a new selection: classes filled again and everything above set out again.
    restyle() {
      if (!this.panel || !this.view || this._waiting) return;
      this._setOut();
      this._plain = this._plain || document.createElement("canvas");
      this._plain.width = this._container.width;
      this._plain.height = this._container.height;
      this._drawAll(this._begin(this._plain));
      this._drawTop();
      this.fire("drawn");
    },

    _drawTop() {
      const ctx = this._begin(this._container);
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.drawImage(this._plain, 0, 0);
      ctx.setTransform(this.dpr, 0, 0, this.dpr, 0, 0);
      if (this.hovered >= 0 && this.hovered !== this.selected) this._drawOutline(ctx, this.hovered, 1.6);
    },

    _drawAll(ctx) {
      const plain = (canvas) => {
        ctx.save();
        ctx.setTransform(1, 0, 0, 1, 0, 0);
        ctx.drawImage(canvas, 0, 0);
        ctx.restore();
      };
      plain(this._base);
      this._fillClasses(ctx);
      plain(this._lines);
      if (this.selected >= 0) this._drawOutline(ctx, this.selected, 3);
      this._drawMarks(ctx);
    },

    // The classes shown now: each place's own, or its larger area's where those stand in and have classes.
    fillNow() {
      const { fill } = this.panel, { parentOf } = this.geometry;
      if (!this.isParents || !fill.parentClasses) return { ...fill, classOf: (p) => fill.classes[p] };
      return { ...fill, labels: fill.parent_labels, classOf: (p) => (parentOf[p] < 0 ? fill.classes[p] : fill.parentClasses[parentOf[p]]) };
    },

    _fillClasses(ctx) {
      const fill = this.fillNow(), { palette, dpr } = this, byClass = new Map();
      for (const p of this.visible) {
        const class_ = fill.classOf(p);
        if (!byClass.has(class_)) byClass.set(class_, []);
        byClass.get(class_).push(p);
      }
      for (const [class_, places] of byClass) {
        ctx.beginPath();
        for (const p of places) this.tracePlace(ctx, p);
        if (class_ === NOTHING || class_ === HIDDEN) {
          const pattern = ctx.createPattern(drawPattern(class_, palette, dpr), "repeat");
          const side = class_ === HIDDEN ? 7 : 8;
          pattern.setTransform(new DOMMatrix().translate(-(this.view.left % side), -(this.view.top % side)).scale(1 / dpr));
          ctx.fillStyle = pattern;
        } else ctx.fillStyle = classColour(palette, fill, class_);
        ctx.fill();
      }
    },

    _drawOutline(ctx, place, width) {
      ctx.beginPath();
      this.tracePlace(ctx, place);
      ctx.strokeStyle = this.palette.casing;
      ctx.lineWidth = width + 2.5;
      ctx.stroke();
      ctx.strokeStyle = this.palette.ink;
      ctx.lineWidth = width;
      ctx.stroke();
    },

    // Items to place: the places themselves, or their parents where the places are too small to read.
    _setOut() {
      const { geometry, panel, view } = this, { fill, ring } = panel;
      const canStandIn = fill.parentFigures || (ring && ring.parentValues);
      this.isParents = Boolean(canStandIn) && geometry.parents.codes.length > 1 && this.visible.length > 60 && this.typicalSide < 26;
      const values = ring && (this.isParents ? ring.parentValues : ring.values);
      const side = this.isParents ? this._parentSides() : null;
      const grown = ([least, most]) => Math.max(least, Math.min(most, least * (0.55 + this.typicalSide / 150)));
      this.figurePx = grown(FIGURE_PX);
      this.namePx = grown(NAME_PX);
      const ctx = this._container.getContext("2d");
      this.samples = new Map();
      let occupied;
      for (const shrink of [1, 0.88, 0.77, 0.68]) { // where a few places crowd, smaller rings for all; the key follows
        this.ringScale = this._ringScale(ring, (side ? side.median : this.typicalSide) * shrink);
        this.items = this.isParents ? this._parentItems(ctx, side, values) : this._placeItems(ctx, values);
        occupied = layOut(this.items, this.isParents ? 6 : 3);
        this._countLeftOut(this.items);
        if (!this.tally.rings || this.isParents || this.items.length > 80) break;
      }
      this.names = this.isParents ? [] : this._placeNames(ctx, this.items, occupied);
    },

    // Pixels of radius for the largest ring, from how large a place is on the screen.
    _ringScale(ring, typical) {
      if (!ring) return null;
      const values = this.isParents ? ring.parentValues : ring.values;
      let most = 0;
      for (const value of values) if (value > most) most = value;
      const radius = Math.max(9, Math.min(34, typical * (this.isParents ? 0.55 : 0.37)));
      return { most, radius, of: (value) => (value > 0 ? Math.max(1.8, radius * Math.sqrt(value / most)) : 0) };
    },

    _font(px, style = "") { return `${style} 600 ${px}px ${this.fontFamily}`.trim(); },

    _measure(ctx, text, px) {
      ctx.font = this._font(px);
      return { w: ctx.measureText(text).width + 3, h: px * 0.86 + 1, px, text };
    },

    _placeItems(ctx, values) {
      const { geometry, panel: { fill }, view } = this, size = this._map.getSize(), items = [];
      const inset = this._map.containerPointToLayerPoint([0, 0]).subtract(this._bounds.min);
      const window_ = [inset.x + 1, inset.y + 1, inset.x + size.x - 1, inset.y + size.y - 1];
      this.window = window_;
      this.tooSmall = { figures: 0, rings: 0, figuresAsked: 0, ringsAsked: 0 };
      for (const p of this.visible) {
        const text = figureText(fill, p), value = values ? values[p] : NaN;
        const radius = value === HIDDEN ? 6 : value > 0 ? this.ringScale.of(value) : 0;
        if (!text && !radius) continue;
        const x = geometry.x[p] * view.scale - view.left, y = geometry.y[p] * view.scale - view.top;
        const isSelected = p === this.selected;
        const isInWindow = x > window_[0] && y > window_[1] && x < window_[2] && y < window_[3];
        if (!isInWindow && !isSelected && geometry.area[p] * view.scale ** 2 < 1e4) continue;
        if (Math.sqrt(geometry.area[p]) * view.scale < SMALLEST_FIGURE_PLACE && !isSelected) {
          this.tooSmall.figures += Boolean(text); this.tooSmall.rings += radius > 0;
          continue;
        }
        const area = geometry.area[p] * view.scale ** 2, outline = this._outline(p);
        if (!this.samples.has(p)) this.samples.set(p, samplePlace(outline, area, window_));
        const sample = this.samples.get(p);
        if (!sample.middle) { if (!isInWindow) continue; sample.points.push({ x, y, d: 1 }); sample.middle = sample.points[0]; }
        const px = fill.classes[p] === HIDDEN ? 11 : this.figurePx;
        items.push({
          id: p, ...sample, outline, ring: radius, isHidden: value === HIDDEN, value, box: text ? this._measure(ctx, text, px) : null,
          ringBox: isSelected && value > 0 ? this._measure(ctx, write(value), RING_FIGURE_PX) : null,
          weight: this._weight(values ? value : fill.figures[p]), isFirst: isSelected, isLoose: isSelected,
        });
      }
      return items;
    },

    _weight(value) { return Number.isFinite(value) ? value : 0; },

    _outline(place) {
      const ring = this.geometry.places[place][this.geometry.mainRing[place]], points = [];
      if (!ring) return points;
      const { starts, xy } = this.detail, { scale, left, top } = this.view;
      for (let i = 0; i < ring.length; i++) {
        const forwards = ring[i] >= 0, arc = forwards ? ring[i] : ~ring[i], a = starts[arc], b = starts[arc + 1];
        if (forwards) for (let k = i ? a + 1 : a; k < b; k++) points.push(xy[2 * k] * scale - left, xy[2 * k + 1] * scale - top);
        else for (let k = i ? b - 2 : b - 1; k >= a; k--) points.push(xy[2 * k] * scale - left, xy[2 * k + 1] * scale - top);
      }
      return points;
    },

    _parentSides() {
      const { geometry, view } = this, area = new Float64Array(geometry.parents.codes.length), members = geometry.parents.codes.map(() => []);
      for (const p of this.visible) {
        const parent = geometry.parentOf[p];
        if (parent >= 0) { area[parent] += geometry.area[p]; members[parent].push(p); }
      }
      const sides = Array.from(area, (a) => Math.sqrt(a) * view.scale);
      const seen = sides.filter((s) => s > 0).sort((a, b) => a - b);
      return { sides, members, median: seen.length ? seen[seen.length >> 1] : 0 };
    },

    _parentItems(ctx, side, values) {
      const { geometry, panel: { fill }, view } = this, items = [], size = this._bounds.getSize();
      this.tooSmall = { figures: 0, rings: 0 };
      geometry.parents.codes.forEach((code, parent) => {
        if (!side.members[parent].length) return;
        const figure = fill.parentFigures ? fill.parentFigures[parent] : NaN, value = values ? values[parent] : NaN;
        const text = Number.isNaN(figure) ? null : figure === HIDDEN ? "hidden" : write(figure);
        const radius = value === HIDDEN ? 5 : value > 0 ? this.ringScale.of(value) : 0;
        const points = side.members[parent].map((p) => ({
          x: geometry.x[p] * view.scale - view.left, y: geometry.y[p] * view.scale - view.top, d: side.sides[parent] / 2,
        })).filter((p) => p.x > 4 && p.y > 4 && p.x < size.x - 4 && p.y < size.y - 4);
        if (!points.length || (!text && !radius)) return;
        const x = geometry.parents.x[parent] * view.scale - view.left, y = geometry.parents.y[parent] * view.scale - view.top;
        items.push({
          id: parent, points, middle: { x, y, d: side.sides[parent] / 2 }, ring: radius, isHidden: value === HIDDEN, value,
          box: text && side.sides[parent] > 15 ? this._measure(ctx, text, PARENT_FIGURE_PX) : null,
          weight: this._weight(values ? value : figure), isFirst: false, isLoose: true,
        });
        if (text && side.sides[parent] <= 15) this.tooSmall.figures += 1;
      });
      return items;
    },

    _placeNames(ctx, items, occupied) {
      const names = [];
      ctx.font = `500 ${this.namePx}px ${this.fontFamily}`;
      for (const item of items) {
        const text = this.geometry.names[item.id], w = ctx.measureText(text).width + 4;
        if (this.typicalSide < 44) break;
        const at = placeName(item, w, this.namePx + 2, occupied, this.window);
        if (at) names.push({ id: item.id, text, x: at.x, y: at.y });
      }
      return names;
    },

    _countLeftOut(items) {
      const asked = { figures: this.tooSmall.figures, rings: this.tooSmall.rings }, drawn = { figures: 0, rings: 0 };
      for (const item of items) {
        if (item.box) { asked.figures++; drawn.figures += Boolean(item.figureAt); }
        if (item.ring) { asked.rings++; drawn.rings += Boolean(item.ringAt); }
      }
      this.tally = {
        asked, figures: asked.figures - drawn.figures, rings: asked.rings - drawn.rings,
        isParents: this.isParents, hasParentColours: this.isParents && Boolean(this.panel.fill.parentClasses),
      };
    },

    _behind(item) {
      const { fill } = this.panel, { palette } = this;
      if (this.isParents && !fill.parentClasses) return { isDark: this.isNight, halo: palette.casing, width: 3.4 };
      const class_ = this.isParents ? fill.parentClasses[item.id] : fill.classes[item.id];
      if (class_ === NOTHING || class_ === HIDDEN) return { isDark: this.isNight, halo: palette.land, width: 5 };
      const colour = classColour(palette, this.fillNow(), class_);
      return { isDark: isDarkColour(colour), halo: colour, width: 3 };
    },

    _write(ctx, text, x, y, font, ink, halo, width) {
      ctx.font = font;
      ctx.textAlign = "center";
      ctx.textBaseline = "alphabetic";
      ctx.strokeStyle = halo;
      ctx.lineWidth = width;
      ctx.strokeText(text, x, y);
      ctx.fillStyle = ink;
      ctx.fillText(text, x, y);
    },

    _drawMarks(ctx) {
      const { palette, items, names } = this;
      for (const name of names) {
        const { isDark, halo } = this._behind(name);
        ctx.globalAlpha = 0.82;
        this._write(ctx, name.text, name.x, name.y + this.namePx * 0.35, `500 ${this.namePx}px ${this.fontFamily}`, isDark ? palette.on_dark : this.isNight ? palette.on_light : palette.quiet, halo, 2.5);
        ctx.globalAlpha = 1;
      }
      for (const item of items) if (item.ringAt) this._drawRing(ctx, item);
      for (const item of items) {
        if (!item.figureAt) continue;
        const { isDark, halo, width } = this._behind(item), { px, text } = item.box, isQuiet = text === "hidden";
        this._write(ctx, text, item.figureAt.x, item.figureAt.y + px * 0.355, isQuiet ? `italic 500 ${px}px ${this.fontFamily}` : this._font(px),
          isDark ? palette.on_dark : palette.on_light, halo, width);
      }
      const chosen = !this.isParents && items.find((item) => item.id === this.selected && item.ringAt && item.value > 0);
      if (chosen) this._drawRingFigure(ctx, chosen);
    },

    _drawRing(ctx, { ringAt: { x, y }, ring: r, isHidden }) {
      const { palette } = this, width = r < 7 ? 1.7 : 2.4;
      ctx.beginPath();
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      ctx.strokeStyle = palette.casing;
      ctx.lineWidth = width + (r < 7 ? 1.4 : 2);
      ctx.stroke();
      if (isHidden) ctx.setLineDash([2.4, 3]);
      ctx.strokeStyle = palette.ring;
      ctx.lineWidth = width;
      ctx.stroke();
      ctx.setLineDash([]);
    },

    // Only the selected place says its ring's figure, beneath the ring: inside it no figure ever stands.
    _drawRingFigure(ctx, { ringAt: { x, y }, ring: r, value }) {
      const text = write(value), px = RING_FIGURE_PX;
      this._write(ctx, text, x, y + r + px + 2, this._font(px), this.palette.ring_ink, this.palette.casing, 4);
    },

    placeAtPoint(containerPoint) {
      const at = this._map.project(this._map.containerPointToLatLng(containerPoint), this._zoom);
      return placeAt(this.geometry, at.x / this.view.scale, at.y / this.view.scale);
    },

    // The same view as a picture in day colours, for paper.
    toImage(palette) {
      this.flush();
      const own = this.palette, size = this._map.getSize(), isNight = this.isNight;
      Object.assign(this, { palette, isNight: false });
      this._drawStill();
      this.restyle();
      const inset = this._map.containerPointToLayerPoint([0, 0]).subtract(this._bounds.min);
      const page = document.createElement("canvas");
      page.width = size.x * this.dpr;
      page.height = size.y * this.dpr;
      const ctx = page.getContext("2d");
      ctx.fillStyle = palette.sea;
      ctx.fillRect(0, 0, page.width, page.height);
      ctx.drawImage(this._container, -inset.x * this.dpr, -inset.y * this.dpr);
      Object.assign(this, { palette: own, isNight });
      this._drawStill();
      this.restyle();
      return page.toDataURL("image/png");
    },
  });
}
