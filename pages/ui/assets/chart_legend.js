// The words beside the chart: what each colour, hatch and ring says. All text arrives as data and is set as text.

import { drawShapes } from "./chart_shapes.js";
import { ELSEWHERE, GROUND, HIDDEN, NONE, NOTHING, classColour, drawPattern, figureText, wordAt, write } from "./chart_style.js";

export function element(tag, className, text, parent) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = text;
  if (parent) parent.append(node);
  return node;
}

function swatch(paint) {
  const canvas = element("canvas", "swatch"), dpr = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = 30 * dpr; canvas.height = 18 * dpr;
  canvas.setAttribute("aria-hidden", "true");
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = typeof paint === "string" ? paint : ctx.createPattern(paint, "repeat");
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

function shapeSwatch(shape, palette) {
  const canvas = element("canvas", "shape"), dpr = Math.min(3, window.devicePixelRatio || 1), side = 18;
  canvas.width = canvas.height = side * dpr;
  canvas.setAttribute("aria-hidden", "true");
  const ctx = canvas.getContext("2d");
  ctx.scale(dpr, dpr);
  drawShapes(ctx, shape, side / 2, side / 2, 12, palette.ink, palette.sea);
  return canvas;
}

// Two measures crossed: a square of swatches, its columns one measure's steps, its rows the other's, the largest on top.
function drawGrid(holder, fill, palette) {
  const { across, up } = fill.grid, table = element("table", "key-grid", null, holder), columns = across.steps.length;
  element("caption", null, `${up.title} ↑ · ${across.title} →`, table);
  for (let row = up.steps.length - 1; row >= 0; row--) {
    const line = element("tr", null, null, table);
    element("th", null, up.steps[row], line).scope = "row";
    for (let column = 0; column < columns; column++) {
      const class_ = row * columns + column, cell = element("td", null, null, line), patch = swatch(classColour(palette, fill, class_));
      patch.setAttribute("role", "img");
      patch.setAttribute("aria-label", fill.labels[class_]);
      patch.removeAttribute("aria-hidden");
      patch.title = fill.labels[class_];
      cell.append(patch);
    }
  }
  const foot = element("tr", null, null, table);
  element("td", null, null, foot);
  for (const step of across.steps) element("th", null, step, foot).scope = "col";
}

export function drawLegend(holder, panel, words, palette, ringScale, dpr, isParents) {
  holder.replaceChildren();
  if (panel.fill.family === GROUND) return;
  const { ring } = panel, isParentFill = isParents && panel.fill.parentClasses;
  const fill = isParentFill ? { ...panel.fill, classes: panel.fill.parentClasses, labels: panel.fill.parent_labels } : panel.fill;
  const present = new Set(fill.classes);
  const colours = element("div", "key", null, holder);
  element("div", "key-title", isParentFill ? `${fill.title} (${words.parents})` : fill.title, colours);
  if (fill.grid) drawGrid(colours, fill, palette);
  const list = element("ul", "key-list", null, colours);
  const row = (paint, text) => {
    const item = element("li", null, null, list);
    item.append(swatch(paint));
    element("span", null, text, item);
  };
  fill.labels.forEach((text, class_) => {
    if (fill.grid) return;
    if (fill.colours) row(classColour(palette, fill, class_), text);
    else if (class_ !== NONE || present.has(NONE)) row(classColour(palette, fill, class_), class_ === NONE ? words.none : text);
  });
  for (const [shape, text] of fill.marks || []) {
    const item = element("li", "key-mark", null, list);
    item.append(shapeSwatch(shape, palette));
    element("span", null, text, item);
  }
  if (present.has(NOTHING)) row(drawPattern(NOTHING, palette, dpr), fill.family === "crossed" ? words.half : words.nothing);
  if (present.has(HIDDEN)) row(drawPattern(HIDDEN, palette, dpr), words.hidden);
  if (present.has(ELSEWHERE)) row(drawPattern(ELSEWHERE, palette, dpr), words.elsewhere);
  if (ring && ringScale) drawRingKey(element("div", "key ring-key", null, holder), ring, words, ringScale, isParents);
}

// Three round values on the scale of this view.
export function keyValues(most) {
  if (!(most > 0)) return [];
  const round = (value) => {
    const power = 10 ** Math.floor(Math.log10(value));
    const lead = [5, 2, 1].find((m) => m * power <= value * 1.0001) || 1;
    return Math.max(1, lead * power);
  };
  return [...new Set([round(most / 9), round(most / 2.6), round(most)])].sort((a, b) => a - b);
}

const SVG = "http://www.w3.org/2000/svg";

function drawRingKey(holder, ring, words, scale, isParents) {
  element("div", "key-title", isParents ? `${ring.title} (${words.parents})` : ring.title, holder);
  const values = keyValues(scale.most), row = element("div", "ring-row", null, holder);
  for (const value of values) {
    const r = scale.of(value), side = 2 * r + 5, cell = element("span", "ring-cell", null, row);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", side); svg.setAttribute("height", side); svg.setAttribute("aria-hidden", "true");
    const circle = document.createElementNS(SVG, "circle");
    for (const [name, v] of [["cx", side / 2], ["cy", side / 2], ["r", r]]) circle.setAttribute(name, v);
    svg.append(circle);
    cell.append(svg);
    element("span", null, write(value), cell);
  }
  if (!values.length) element("span", null, words.no_rings, row);
  element("div", "key-note", ring.note, holder);
  if (ring.hasHidden) element("div", "key-note", words.hidden_ring, holder);
}

// What a place says, in words: the tooltip and the selection line share it. Where larger areas stand in, they speak first.
export function describePlace(geometry, panel, words, extra, place, isParents) {
  const { fill, ring } = panel, class_ = fill.classes[place], parent = isParents ? geometry.parentOf[place] : -1;
  const own = fill.colours && (wordAt(fill.spoken, place) ?? fill.labels[class_]);
  const state = own || { [NOTHING]: words.nothing, [HIDDEN]: words.hidden, [ELSEWHERE]: words.elsewhere, [NONE]: words.none }[class_];
  const say = (value) => (Number.isNaN(value) ? words.nothing.toLowerCase() : value === HIDDEN ? words.hidden.toLowerCase() : write(value));
  const lines = [];
  if (parent >= 0) {
    if (fill.parentFigures) lines.push({ kind: "fill", text: `${fill.title}: ${wordAt(fill.parentWords, parent) ?? say(fill.parentFigures[parent])}` });
    if (ring && ring.parentValues) lines.push({ kind: "ring", text: `${ring.title}: ${wordAt(ring.parentWords, parent) ?? say(ring.parentValues[parent])}` });
    lines.push({ kind: "place", text: geometry.names[place] });
  }
  if (fill.family !== GROUND) lines.push({ kind: "fill", text: `${fill.title}: ${state ? (state === own ? own : state.toLowerCase()) : figureText(fill, place) ?? "–"}` });
  if (ring) lines.push({ kind: "ring", text: `${ring.title}: ${wordAt(ring.words, place) ?? say(ring.values[place])}` });
  for (const field of extra) {
    const value = field.values[place];
    if (!Number.isNaN(value)) lines.push({ kind: "extra", text: `${field.label}: ${wordAt(field.words, place) ?? write(value)}` });
  }
  return { name: parent >= 0 ? geometry.parents.names[parent] : geometry.names[place], lines };
}

export function tallyWords(tally, words) {
  const said = [];
  const phrase = (count, of, one, many) => `${write(count)} of ${write(of)} ${of === 1 ? one : many}`;
  if (tally.isParents) said.push(tally.hasParentColours ? words.parents_colour : words.parents_stand);
  const left = [];
  if (tally.figures) left.push(phrase(tally.figures, tally.asked.figures, ...(tally.isMarks ? words.place_marks : words.figures)));
  if (tally.rings) left.push(phrase(tally.rings, tally.asked.rings, "ring", "rings"));
  if (left.length) said.push(`${left.join(" and ")} not drawn at this zoom. ${words.in_table}`);
  return said.join(" ");
}
