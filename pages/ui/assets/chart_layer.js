// One canvas layer for Leaflet: paper, places in their classes, borders, figures and rings. Restyled, never rebuilt.

import { detailAt, placeAt } from "./chart_geometry.js";
import { itemMethods } from "./chart_items.js";
import { markMethods } from "./chart_marks.js";
import { SIDES, classColour, drawPattern } from "./chart_style.js";

export function createLayerClass(L) {
  const Base = L.Renderer.prototype;
  return L.Renderer.extend({
    options: { padding: 0.12, pane: "overlayPane", interactive: false },
    ...itemMethods,
    ...markMethods,

    initialize(geometry, options) {
      Base.initialize.call(this, options);
      this.geometry = geometry;
      this.selected = this.hovered = -1;
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
      if (!this._map || !this._container.width || !this._container.height) return; // a frame that is hidden has no size
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
      const look = JSON.stringify([palette, fontFamily]), isNewLook = this.look && this.look !== look; // each click sends its own palette
      Object.assign(this, { panel, palette, fontFamily, look });
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
      if (!this.panel || !this.view || this._waiting || !this._container.width || !this._container.height) return;
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
        if (class_ in SIDES) {
          const pattern = ctx.createPattern(drawPattern(class_, palette, dpr), "repeat");
          const side = SIDES[class_];
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
