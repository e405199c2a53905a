// What stands on the chart: which figures, rings and names are asked for, where each goes, how many are left out.

import { measureShapes } from "./chart_shapes.js";
import { layOut, placeName, samplePlace } from "./chart_layout.js";
import { GROUND, HIDDEN, figureText, wordAt, write } from "./chart_style.js";

const FIGURE_PX = [15, 22], NAME_PX = [10.5, 13], PARENT_FIGURE_PX = 12.5; // pairs grow with the places
export const RING_FIGURE_PX = 13;
const SMALLEST_FIGURE_PLACE = 13; // px across; smaller places have no figure of their own

// Methods of the chart's layer.
export const itemMethods = {
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
    if (this.panel.fill.marks?.length) return measureShapes(text, px);
    ctx.font = this._font(px);
    return { w: ctx.measureText(text).width + 3, h: px * 0.86 + 1, px, text };
  },

  _placeItems(ctx, values) {
    const { geometry, panel: { fill, ring }, view } = this, size = this._map.getSize(), items = [];
    const inset = this._map.containerPointToLayerPoint([0, 0]).subtract(this._bounds.min);
    const window_ = [inset.x + 1, inset.y + 1, inset.x + size.x - 1, inset.y + size.y - 1];
    this.window = window_;
    this.tooSmall = { figures: 0, rings: 0, figuresAsked: 0, ringsAsked: 0 };
    for (const p of this.visible) {
      const text = figureText(fill, p), value = values ? values[p] : NaN;
      const radius = value === HIDDEN ? 6 : value > 0 ? this.ringScale.of(value) : 0;
      if (!text && !radius && fill.family !== GROUND) continue;
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
      const ringText = value > 0 ? wordAt(ring.words, p) ?? write(value) : null;
      items.push({
        id: p, ...sample, outline, ring: radius, isHidden: value === HIDDEN, value, ringText, box: text ? this._measure(ctx, text, px) : null,
        ringBox: isSelected && value > 0 ? this._measure(ctx, ringText, RING_FIGURE_PX) : null,
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
      const text = Number.isNaN(figure) ? null : figure === HIDDEN ? "hidden" : wordAt(fill.parentWords, parent) ?? write(figure);
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
      if (this.typicalSide < (this.panel.fill.family === GROUND ? 30 : 44)) break;
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
      isMarks: Boolean(this.panel.fill.marks?.length), isParents: this.isParents, hasParentColours: this.isParents && Boolean(this.panel.fill.parentClasses),
    };
  },
};
