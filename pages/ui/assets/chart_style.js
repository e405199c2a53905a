// How things look and what they are called: classes, patterns, figures in words.

export const NOTHING = -1, HIDDEN = -2, ELSEWHERE = -3, NONE = 0;
export const SIDES = { [NOTHING]: 8, [HIDDEN]: 7, [ELSEWHERE]: 12 }; // px of the pattern that each is drawn in
export const GROUND = "ground"; // the family of a fill that says nothing: places to find one's way by
const number_ = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
export const write = (value) => number_.format(value);

// Class 0 is a recorded 0; the others spread over the family's five steps. A fill that brings its own colours has one for each class.
export function classColour(palette, fill, class_) {
  if (fill.colours) return fill.colours[palette.is_night ? "night" : "day"][class_];
  const ramp = palette[fill.family], count = fill.labels.length - 1;
  if (class_ === NONE) return palette.none;
  return count === 1 ? ramp[2] : ramp[Math.round(((class_ - 1) / (count - 1)) * (ramp.length - 1))];
}

export function isDarkColour(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.23;
}

// Hatch (nothing recorded), dots (hidden) and dashes (recorded elsewhere) drawn at the screen's own sharpness.
export function drawPattern(kind, palette, dpr) {
  const tile = document.createElement("canvas"), side = SIDES[kind];
  tile.width = tile.height = Math.round(side * dpr);
  const ctx = tile.getContext("2d"), px = tile.width;
  ctx.fillStyle = palette.land;
  ctx.fillRect(0, 0, px, px);
  ctx.strokeStyle = ctx.fillStyle = kind === NOTHING ? palette.hatch : palette.dots;
  ctx.lineWidth = dpr * 1.1;
  ctx.beginPath();
  if (kind === HIDDEN) {
    ctx.arc(px / 2, px / 2, dpr * 1.25, 0, 7);
    ctx.fill();
  } else if (kind === ELSEWHERE) {
    for (const [x, y] of [[0.08, 0.25], [0.58, 0.75]]) { ctx.moveTo(x * px, y * px); ctx.lineTo((x + 0.34) * px, y * px); }
    ctx.stroke();
  } else {
    for (const shift of [-px, 0, px]) { ctx.moveTo(shift - 2, px + 2); ctx.lineTo(shift + px + 2, -2); }
    ctx.stroke();
  }
  return tile;
}

// The text of a place out of texts that travel once each; null for none.
export function wordAt(words, place) {
  return words && words.index[place] >= 0 ? words.texts[words.index[place]] : null;
}

export function figureText(fill, place) {
  const class_ = fill.classes[place];
  if (class_ === NOTHING || class_ === ELSEWHERE) return null;
  if (class_ === HIDDEN) return "hidden";
  const word = wordAt(fill.words, place);  // “none took place” where what is recorded was cancelled
  if (word !== null) return word;
  if (class_ === NONE && !fill.colours) return "0";
  return Number.isNaN(fill.figures[place]) ? null : write(fill.figures[place]);
}
