// Drawing figures, rings and names where chart_items.js placed them.

import { RING_FIGURE_PX } from "./chart_items.js";
import { drawShapes } from "./chart_shapes.js";
import { SIDES, classColour, isDarkColour } from "./chart_style.js";

// Methods of the chart's layer.
export const markMethods = {
  _behind(item) {
    const { fill } = this.panel, { palette } = this;
    if (this.isParents && !fill.parentClasses) return { isDark: this.isNight, halo: palette.casing, width: 3.4 };
    const class_ = this.isParents ? fill.parentClasses[item.id] : fill.classes[item.id];
    if (class_ in SIDES) return { isDark: this.isNight, halo: palette.land, width: 5 };
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
      if (this.panel.fill.marks?.length) {
        drawShapes(ctx, text, item.figureAt.x, item.figureAt.y, px, isDark ? palette.on_dark : palette.on_light, halo);
        continue;
      }
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
  _drawRingFigure(ctx, { ringAt: { x, y }, ring: r, ringText: text }) {
    const px = RING_FIGURE_PX;
    this._write(ctx, text, x, y + r + px + 2, this._font(px), this.palette.ring_ink, this.palette.casing, 4);
  },
};
