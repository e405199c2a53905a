// Prepared geometry in the browser: fetched once per hash, decoded once, drawn from shared arcs at any zoom.

const loaded = new Map(); // hash → Promise of geometry

export function loadGeometry(url, hash) {
  if (!loaded.has(hash)) {
    const wait = fetch(url).then((response) => {
      if (!response.ok) throw new Error(`The outlines of the places did not arrive (${response.status}).`);
      return response.json();
    }).then(decodeGeometry);
    wait.catch(() => loaded.delete(hash)); // a failure may be tried again
    loaded.set(hash, wait);
  }
  return loaded.get(hash);
}

export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function unpackVarints(base64) {
  const bytes = bytesOf(base64);
  const numbers = new Int32Array(bytes.length);
  let count = 0;
  for (let i = 0; i < bytes.length;) {
    let value = 0, factor = 1, byte;
    do { byte = bytes[i++]; value += (byte & 127) * factor; factor *= 128; } while (byte > 127);
    numbers[count++] = value % 2 ? -(value + 1) / 2 : value / 2;
  }
  return numbers.subarray(0, count);
}

const mercatorX = (lon) => (lon + 180) / 360;
function mercatorY(lat) {
  const s = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

export function decodeGeometry(document_) {
  const { step, origin: [west, south], codes, names } = document_;
  const wx = (x) => mercatorX(west + x * step);
  const wy = (y) => mercatorY(south + y * step);
  const numbers = unpackVarints(document_.arcs);
  const arcCount = document_.arc_count;
  const starts = new Int32Array(arcCount + 1);
  const xy = new Float64Array(numbers.length);
  let at = 0, used = 0, px = 0, py = 0;
  for (let arc = 0; arc < arcCount; arc++) {
    const count = numbers[at++];
    let x = px, y = py;
    starts[arc] = used;
    for (let i = 0; i < count; i++) {
      x += numbers[at++]; y += numbers[at++];
      if (i === 0) { px = x; py = y; }
      xy[2 * used] = wx(x); xy[2 * used + 1] = wy(y);
      used++;
    }
  }
  starts[arcCount] = used;
  const { places, arcOwner } = decodeRings(unpackVarints(document_.rings), codes.length, arcCount);
  const geometry = {
    codes, names, starts, xy, places, arcOwner,
    numberOf: new Map(codes.map((code, i) => [code, i])),
    x: Float64Array.from(document_.x, wx), y: Float64Array.from(document_.y, wy),
    parentOf: Int32Array.from(document_.parent_of),
    parents: {
      codes: document_.parents.codes, names: document_.parents.names,
      x: Float64Array.from(document_.parents.x, wx), y: Float64Array.from(document_.parents.y, wy),
    },
    details: new Map(),
  };
  measurePlaces(geometry);
  return geometry;
}

function decodeRings(numbers, placeCount, arcCount) {
  const places = new Array(placeCount);
  const arcOwner = [new Int32Array(arcCount).fill(-1), new Int32Array(arcCount).fill(-1)];
  let at = 0, last = 0;
  for (let place = 0; place < placeCount; place++) {
    const rings = new Array(numbers[at++]);
    for (let r = 0; r < rings.length; r++) {
      const ring = new Int32Array(numbers[at++]);
      for (let i = 0; i < ring.length; i++) {
        const step = numbers[at++];
        last += step >> 1;
        ring[i] = step & 1 ? ~last : last;
        arcOwner[arcOwner[0][last] < 0 ? 0 : 1][last] = place;
      }
      rings[r] = ring;
    }
    places[place] = rings;
  }
  return { places, arcOwner };
}

// Boxes, areas (in world units squared) and each place's largest ring.
function measurePlaces(geometry) {
  const { places, starts, xy } = geometry;
  const n = places.length;
  const box = new Float64Array(4 * n), area = new Float64Array(n), mainRing = new Int32Array(n).fill(-1);
  const all = [Infinity, Infinity, -Infinity, -Infinity];
  for (let p = 0; p < n; p++) {
    let x0 = geometry.x[p], y0 = geometry.y[p], x1 = x0, y1 = y0, best = 0;
    places[p].forEach((ring, r) => {
      let twice = 0, fx = 0, fy = 0, lx = 0, ly = 0, first = true;
      walkRing(ring, starts, xy, (x, y) => {
        if (first) { fx = x; fy = y; first = false; } else twice += (lx - fx) * (y - fy) - (x - fx) * (ly - fy);
        lx = x; ly = y;
        if (x < x0) x0 = x; if (x > x1) x1 = x; if (y < y0) y0 = y; if (y > y1) y1 = y;
      });
      if (Math.abs(twice) / 2 > best) { best = Math.abs(twice) / 2; mainRing[p] = r; }
    });
    area[p] = best;
    box.set([x0, y0, x1, y1], 4 * p);
    all[0] = Math.min(all[0], x0); all[1] = Math.min(all[1], y0);
    all[2] = Math.max(all[2], x1); all[3] = Math.max(all[3], y1);
  }
  Object.assign(geometry, { box, area, mainRing, worldBox: all });
}

export function walkRing(ring, starts, xy, visit) {
  for (let i = 0; i < ring.length; i++) {
    const forwards = ring[i] >= 0, arc = forwards ? ring[i] : ~ring[i];
    const a = starts[arc], b = starts[arc + 1];
    if (forwards) for (let k = i ? a + 1 : a; k < b; k++) visit(xy[2 * k], xy[2 * k + 1]);
    else for (let k = i ? b - 2 : b - 1; k >= a; k--) visit(xy[2 * k], xy[2 * k + 1]);
  }
}

// Arcs thinned for a zoom: each arc once, so neighbours stay together.
export function detailAt(geometry, zoom) {
  const level = Math.ceil(zoom);
  if (!geometry.details.has(level)) geometry.details.set(level, thinArcs(geometry, 0.55 / (256 * 2 ** level)));
  return geometry.details.get(level);
}

function thinArcs({ starts, xy }, tolerance) {
  const arcs = starts.length - 1, limit = tolerance * tolerance;
  const newStarts = new Int32Array(starts.length), kept = new Float64Array(xy.length);
  let used = 0;
  for (let arc = 0; arc < arcs; arc++) {
    newStarts[arc] = used;
    const a = starts[arc], b = starts[arc + 1];
    let lx = Infinity, ly = Infinity;
    for (let k = a; k < b; k++) {
      const x = xy[2 * k], y = xy[2 * k + 1], dx = x - lx, dy = y - ly;
      if (k === a || k === b - 1 || dx * dx + dy * dy >= limit) {
        kept[2 * used] = lx = x; kept[2 * used + 1] = ly = y; used++;
      }
    }
  }
  newStarts[arcs] = used;
  return { starts: newStarts, xy: kept.slice(0, 2 * used) };
}

// The place under a world point, or -1.
export function placeAt(geometry, x, y) {
  const { box, places, starts, xy } = geometry;
  for (let p = 0; p < places.length; p++) {
    if (x < box[4 * p] || y < box[4 * p + 1] || x > box[4 * p + 2] || y > box[4 * p + 3]) continue;
    let inside = false;
    for (const ring of places[p]) {
      let lx = 0, ly = 0, first = true;
      walkRing(ring, starts, xy, (px, py) => {
        if (!first && (py > y) !== (ly > y) && x < ((lx - px) * (y - py)) / (ly - py) + px) inside = !inside;
        lx = px; ly = py; first = false;
      });
    }
    if (inside) return p;
  }
  return -1;
}
