// Where figures and rings stand: inside their own place, aside of each other, never touching another. Largest first.


// Remembers what is already on the chart, in cells of 64 px.
class Occupied {
  constructor(gap) { this.gap = gap; this.cells = new Map(); }

  *near(x0, y0, x1, y1) {
    for (let cx = Math.floor(x0 / 64); cx <= Math.floor(x1 / 64); cx++) {
      for (let cy = Math.floor(y0 / 64); cy <= Math.floor(y1 / 64); cy++) {
        const cell = this.cells.get(cx * 65536 + cy);
        if (cell) yield* cell;
      }
    }
  }

  add(thing, x0, y0, x1, y1) {
    for (let cx = Math.floor(x0 / 64); cx <= Math.floor(x1 / 64); cx++) {
      for (let cy = Math.floor(y0 / 64); cy <= Math.floor(y1 / 64); cy++) {
        const key = cx * 65536 + cy;
        if (!this.cells.has(key)) this.cells.set(key, []);
        this.cells.get(key).push(thing);
      }
    }
  }

  addRing(x, y, r) { this.add({ x, y, r }, x - r, y - r, x + r, y + r); }
  addBox(x, y, w, h) { this.add({ x, y, w, h }, x - w / 2, y - h / 2, x + w / 2, y + h / 2); }

  isRingFree(x, y, r) {
    const GAP = this.gap;
    for (const t of this.near(x - r - GAP, y - r - GAP, x + r + GAP, y + r + GAP)) {
      if (t.r !== undefined ? Math.hypot(t.x - x, t.y - y) < t.r + r + GAP : touchesRing(t, x, y, r, GAP)) return false;
    }
    return true;
  }

  isBoxFree(x, y, w, h) {
    const GAP = this.gap;
    const box = { x, y, w, h };
    for (const t of this.near(x - w / 2 - GAP, y - h / 2 - GAP, x + w / 2 + GAP, y + h / 2 + GAP)) {
      if (t.r !== undefined ? touchesRing(box, t.x, t.y, t.r, GAP)
        : Math.abs(t.x - x) < (t.w + w) / 2 + GAP && Math.abs(t.y - y) < (t.h + h) / 2 + GAP - 1) return false;
    }
    return true;
  }
}

function touchesRing(box, x, y, r, gap) {
  const dx = Math.max(Math.abs(x - box.x) - box.w / 2, 0), dy = Math.max(Math.abs(y - box.y) - box.h / 2, 0);
  return Math.hypot(dx, dy) < r + gap;
}

// Points inside a polygon of screen coordinates, each with its distance to the border; `middle` is the roomiest.
export function samplePlace(outline, area, view) {
  let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
  for (let i = 0; i < outline.length; i += 2) {
    x0 = Math.min(x0, outline[i]); x1 = Math.max(x1, outline[i]);
    y0 = Math.min(y0, outline[i + 1]); y1 = Math.max(y1, outline[i + 1]);
  }
  x0 = Math.max(x0, view[0]); y0 = Math.max(y0, view[1]); x1 = Math.min(x1, view[2]); y1 = Math.min(y1, view[3]);
  const visible = Math.max(1, Math.min(area, (x1 - x0) * (y1 - y0)));
  const spacing = Math.max(2.5, Math.sqrt(visible) / 13);
  const points = [];
  for (let y = y0 + spacing / 2; y < y1; y += spacing) {
    for (let x = x0 + spacing / 2; x < x1; x += spacing) {
      const d = distanceInside(outline, x, y);
      if (d > 0) points.push({ x, y, d: Math.min(d, x - view[0], view[2] - x, y - view[1], view[3] - y) });
    }
  }
  const middle = points.reduce((best, p) => (best && best.d >= p.d ? best : p), null);
  return { points, middle };
}

function distanceInside(outline, x, y) {
  let inside = false, least = Infinity;
  for (let i = 0, j = outline.length - 2; i < outline.length; j = i, i += 2) {
    const ax = outline[j], ay = outline[j + 1], bx = outline[i], by = outline[i + 1];
    if ((by > y) !== (ay > y) && x < ((ax - bx) * (y - by)) / (ay - by) + bx) inside = !inside;
    const dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy;
    const t = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
    least = Math.min(least, (ax + t * dx - x) ** 2 + (ay + t * dy - y) ** 2);
  }
  return inside ? Math.sqrt(least) : -1;
}

// What a ring costs at a point: standing over the border is worse the further it reaches.
function ringCost(point, r, middle) {
  return 2.2 * Math.max(0, r + 2 - point.d) + 0.11 * Math.hypot(point.x - middle.x, point.y - middle.y);
}

function figureCost(point, box, middle) {
  const need = Math.max(box.h * 0.5, box.w * 0.42) + 1.5;
  return 3 * Math.max(0, need - point.d) + 0.11 * Math.hypot(point.x - middle.x, point.y - middle.y);
}

// items: {id, ring: radius or 0, box: {w, h} or null, ringBox: {w, h} of the ring's own figure or null, points, middle, weight, isFirst, isLoose}; sets item.ringAt, item.figureAt.
export function layOut(items, gap) {
  const occupied = new Occupied(gap);
  const order = [...items].sort((a, b) => (b.isFirst - a.isFirst) || b.weight - a.weight || a.id - b.id);
  for (const item of order) {
    item.ringAt = item.figureAt = null;
    if (!item.middle) continue;
    if (item.ring && item.box) placePair(item, occupied);
    if (!item.ringAt && item.ring) placeRing(item, occupied);
    if (!item.figureAt && item.box) placeFigure(item, occupied);
  }
  return occupied;
}

function fits(item, point) {
  return item.isLoose || point.d >= Math.max(item.box.h * 0.42, item.box.w * 0.34);
}

function ringPlaces(item, occupied, most) {
  const least = item.isLoose ? 0 : Math.min(item.ring * 0.3, item.middle.d * 0.6);
  return item.points
    .filter((p) => p.d >= least)
    .map((p) => ({ p, cost: ringCost(p, item.ring, item.middle) }))
    .sort((a, b) => a.cost - b.cost)
    .filter((c) => occupied.isRingFree(c.p.x, c.p.y, item.ring))
    .slice(0, most);
}

function placePair(item, occupied) {
  const { box, ring, middle } = item;
  const figures = item.points
    .filter((p) => fits(item, p) && occupied.isBoxFree(p.x, p.y, box.w, box.h))
    .map((p) => ({ p, cost: figureCost(p, box, middle) }))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, 90);
  if (!figures.length) return;
  let best = null;
  for (const { p: at, cost } of ringPlaces(item, occupied, 60)) {
    if (best && cost >= best.cost) break;
    for (const figure of figures) {
      if (best && cost + figure.cost >= best.cost) break;
      if (touchesRing({ ...box, x: figure.p.x, y: figure.p.y }, at.x, at.y, ring, 3)) continue;
      if (item.ringBox && figure.p.y > at.y + ring * 0.4) continue; // beneath a chosen place's ring stands the ring's own figure
      const apart = 0.1 * Math.hypot(at.x - figure.p.x, at.y - figure.p.y) + (at.x < figure.p.x ? 0.8 : 0);
      if (!best || cost + figure.cost + apart < best.cost) best = { at, figure: figure.p, cost: cost + figure.cost + apart };
    }
  }
  if (best) { stand(item, "ringAt", best.at, occupied); stand(item, "figureAt", best.figure, occupied); }
}

function placeRing(item, occupied) {
  const [found] = ringPlaces(item, occupied, 1);
  if (found) stand(item, "ringAt", found.p, occupied);
}

function placeFigure(item, occupied) {
  const { box, middle } = item;
  let best = null, least = Infinity;
  for (const p of item.points) {
    const cost = figureCost(p, box, middle);
    if (cost < least && fits(item, p) && occupied.isBoxFree(p.x, p.y, box.w, box.h)) { best = p; least = cost; }
  }
  if (best) stand(item, "figureAt", best, occupied);
}

function stand(item, what, point, occupied) {
  item[what] = { x: point.x, y: point.y };
  if (what === "ringAt") {
    occupied.addRing(point.x, point.y, item.ring);
    if (item.ringBox) occupied.addBox(point.x, point.y + item.ring + 2 + item.ringBox.h / 2, item.ringBox.w, item.ringBox.h);
  } else occupied.addBox(point.x, point.y, item.box.w, item.box.h);
}

// A quiet name, where there is still room for all of it inside the place.
export function placeName({ points, outline, middle }, w, h, occupied, view) {
  let best = null, least = Infinity;
  for (const p of points) {
    if (p.d < h * 0.7 || p.x - w / 2 < view[0] || p.x + w / 2 > view[2]) continue;
    const cost = Math.hypot(p.x - middle.x, p.y - middle.y) - p.d;
    if (cost >= least || !occupied.isBoxFree(p.x, p.y, w, h)) continue;
    if (![-0.5, -0.25, 0.25, 0.5].every((t) => distanceInside(outline, p.x + t * w, p.y) > h * 0.45)) continue;
    best = p; least = cost;
  }
  if (best) occupied.addBox(best.x, best.y, w, h);
  return best;
}
