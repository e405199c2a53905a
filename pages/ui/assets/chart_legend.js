// The words beside the chart: what each colour, hatch and ring says. All text arrives as data and is set as text.

import { HIDDEN, NONE, NOTHING, classColour, drawPattern, figureText, write } from "./chart_layer.js";

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

export function drawLegend(holder, panel, words, palette, ringScale, dpr, isParents) {
  holder.replaceChildren();
  const { fill, ring } = panel, present = new Set(fill.classes);
  const colours = element("div", "key", null, holder);
  element("div", "key-title", fill.title, colours);
  const list = element("ul", "key-list", null, colours);
  const row = (paint, text) => {
    const item = element("li", null, null, list);
    item.append(swatch(paint));
    element("span", null, text, item);
  };
  fill.labels.forEach((text, class_) => {
    if (class_ !== NONE || present.has(NONE)) row(classColour(palette, fill, class_), class_ === NONE ? words.none : text);
  });
  if (present.has(NOTHING)) row(drawPattern(NOTHING, palette, dpr), words.nothing);
  if (present.has(HIDDEN)) row(drawPattern(HIDDEN, palette, dpr), words.hidden);
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

// What a place says, in words: the tooltip and the selection line share it.
export function describePlace(geometry, panel, words, extra, place) {
  const { fill, ring } = panel, class_ = fill.classes[place];
  const state = { [NOTHING]: words.nothing, [HIDDEN]: words.hidden, [NONE]: words.none }[class_];
  const lines = [{ kind: "fill", text: state ? `${fill.title}: ${state.toLowerCase()}` : `${figureText(fill, place) ?? "–"} ${fill.noun}` }];
  if (ring) {
    const value = ring.values[place];
    const said = Number.isNaN(value) ? `${ring.title}: ${words.nothing.toLowerCase()}`
      : value === HIDDEN ? `${ring.title}: ${words.hidden.toLowerCase()}` : `${write(value)} ${ring.noun}`;
    lines.push({ kind: "ring", text: said });
  }
  for (const field of extra) {
    const value = field.values[place];
    if (!Number.isNaN(value)) lines.push({ kind: "extra", text: `${field.label}: ${write(value)}` });
  }
  return { name: geometry.names[place], lines };
}

export function tallyWords(tally, words) {
  const said = [];
  const phrase = (count, of, one, many) => `${write(count)} of ${write(of)} ${of === 1 ? one : many}`;
  if (tally.isParents) said.push(words.parents_stand);
  const left = [];
  if (tally.figures) left.push(phrase(tally.figures, tally.asked.figures, "figure", "figures"));
  if (tally.rings) left.push(phrase(tally.rings, tally.asked.rings, "ring", "rings"));
  if (left.length) said.push(`${left.join(" and ")} not drawn at this zoom. ${words.in_table}`);
  return said.join(" ");
}
