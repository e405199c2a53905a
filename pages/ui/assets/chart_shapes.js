// The shapes of names, drawn in one size and one weight whatever fonts a machine has.

const GAP = 0.55; // between shapes, in radii

const polygon = (corners, turn) => (ctx, x, y, r) => {
  for (let k = 0; k < corners; k++) {
    const angle = turn + (k * 2 * Math.PI) / corners;
    ctx.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  ctx.closePath();
};
const box = (wide, high) => (ctx, x, y, r) => ctx.rect(x - r * wide, y - r * high, 2 * r * wide, 2 * r * high);
const disc = (ctx, x, y, r) => { ctx.moveTo(x + r, y); ctx.arc(x, y, r, 0, 2 * Math.PI); };
const star = (ctx, x, y, r) => {
  for (let k = 0; k < 3; k++) {
    const dx = r * Math.cos(Math.PI / 2 + (k * Math.PI) / 3), dy = r * Math.sin(Math.PI / 2 + (k * Math.PI) / 3);
    ctx.moveTo(x - dx, y - dy); ctx.lineTo(x + dx, y + dy);
  }
};
const both = (...drawn) => (ctx, x, y, r) => drawn.forEach((one) => one(ctx, x, y, r));
const cross = (ctx, x, y, r) => { const s = r * 0.86; ctx.moveTo(x - s, y); ctx.lineTo(x + s, y); ctx.moveTo(x, y - s); ctx.lineTo(x, y + s); };
const halves = (ctx, x, y, r) => { const s = r * 0.86; ctx.moveTo(x, y - s); ctx.lineTo(x, y + s); };
const smaller = (share, shape, down = 0) => (ctx, x, y, r) => shape(ctx, x, y + r * down, r * share);
const UP = -Math.PI / 2;

const SHAPES = {
  "⬠": polygon(5, UP), "▢": box(0.86, 0.86), "⊞": both(box(0.86, 0.86), cross), "⬡": polygon(6, 0), "◫": both(box(0.86, 0.86), halves),
  "∴": (ctx, x, y, r) => [0, 1, 2].forEach((k) => {
    const angle = UP + (k * 2 * Math.PI) / 3;
    disc(ctx, x + 0.62 * r * Math.cos(angle), y + 0.62 * r * Math.sin(angle), r * 0.32);
  }),
  "◯": smaller(0.94, disc), "⊙": both(smaller(0.94, disc), smaller(0.3, disc)), "▭": box(1, 0.6), "△": polygon(3, UP),
  "◬": both(polygon(3, UP), smaller(0.24, disc, 0.08)), "∗": star,
};

export function measureShapes(text, px) {
  const r = px * 0.5, count = text.split(" ").length;
  return { w: count * 2 * r + (count - 1) * GAP * r + 4, h: 2 * r + 4, px, text };
}

// A row of shapes around (x, y), each with a halo of the paper behind it.
export function drawShapes(ctx, text, x, y, px, ink, halo) {
  const r = px * 0.5, shapes = text.split(" "), step = (2 + GAP) * r;
  let at = x - ((shapes.length - 1) * step) / 2;
  for (const shape of shapes) {
    ctx.beginPath();
    SHAPES[shape]?.(ctx, at, y, r);
    ctx.strokeStyle = halo; ctx.lineWidth = px / 3.2; ctx.stroke();
    ctx.strokeStyle = ink; ctx.lineWidth = px / 9; ctx.stroke();
    at += step;
  }
}
