// The rows of the register: one table, which its style lays out as cards where there is little room. A file's text is set as text.

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== ""));
  return node;
}

// Own roles: a table laid out as cards is a table to a screen reader only where it says so.
function withRole(node, role) { node.setAttribute("role", role); return node; }

function makeCell(name, label, content) {
  return withRole(make("td", `cell cell-${name}`, make("span", "label", label), content), "cell");
}

function makeLines(lines, words) {
  if (!lines.length) return make("span", "quiet", words.not_recorded);
  return make("span", "lines", ...lines.map((line) => make("span", "line", line)));
}

function makeText(text, words) {
  return text ? make("span", "", text) : make("span", "quiet", words.not_recorded);
}

// A link with an address of its own, to open beside; a plain click stays in this visit.
function makeLink(className, text, href, onChosen) {
  const link = make("a", className, text);
  link.href = href;
  link.addEventListener("click", (event) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    onChosen();
  });
  return link;
}

// On its way to another page Streamlit writes that page's query behind this page's path: an address that never was, and one
// step back too many. That one entry is left out.
function skipStep(query) {
  const path = window.location.pathname, restore = () => delete window.history.pushState;
  window.history.pushState = (state, unused, url) => {
    restore();
    const to = new URL(url ?? "", window.location.href);
    if (to.pathname !== path || !to.searchParams.has(query)) window.history.pushState(state, unused, url);
  };
  setTimeout(restore, 5000);
}

function makeChip(text, hue, shape) {
  const chip = make("span", "chip", shape ? make("span", "shape", shape) : null, text);
  if (shape) chip.firstChild.setAttribute("aria-hidden", "true");
  if (hue) { chip.style.setProperty("--hue", hue); }
  return chip;
}

function makePair(row, data, send) {
  const { words, columns } = data, name = row.recorded;
  const label = (id) => columns.find((column) => column.id === id).label;
  const called = make("div", "half", make("span", "label-pair", label("called")),
    row.called ? makeChip(row.called, "", "") : make("span", "quiet", words.not_recorded));
  if (row.since) called.append(make("span", "since", row.since));
  const recorded = make("div", "half", make("span", "label-pair", label("recorded")), makeChip(name.name, name.hue, name.shape));
  if (name.rule) {
    const link = makeLink("disagree", words.disagree, `words?rule=${encodeURIComponent(name.rule)}`, 
      () => { skipStep("rule"); send("ruled", name.rule); });
    link.setAttribute("aria-label", `${words.disagree_long} ${name.name}`);
    link.title = words.disagree_long;
    recorded.append(link);
  }
  const cell = withRole(make("td", "cell cell-pair", make("div", "pair", called, recorded), make("div", "verdict", row.verdict)), "cell");
  cell.colSpan = 2;
  return cell;
}

function makeStrip(stages, words) {
  if (!stages.length) return make("span", "quiet", words.not_recorded);
  return make("span", "strip", ...stages.map(([stage, sharing]) =>
    make("span", "stage", make("span", "stage-name", `${stage} `), make("span", `sharing${sharing === "not known" ? " quiet" : ""}${sharing.includes(" ") ? " is-long" : ""}`, sharing))));
}

function makeRow(row, data, send) {
  const { words, columns } = data;
  const label = (id) => columns.find((column) => column.id === id).label;
  const open = () => { skipStep("activity"); send("opened", row.id); };
  const title = makeLink("title", row.title, `activity?activity=${encodeURIComponent(row.id)}`, open);
  const period = make("span", "lines", make("span", "line", row.period), row.status ? make("span", "line quiet", row.status) : null);
  const line = withRole(make("tr", "row",
    withRole(make("td", "cell cell-activity", title, row.organisation ? make("span", "organisation", row.organisation) : null), "cell"),
    makePair(row, data, send),
    makeCell("method", label("method"), makeText(row.method, words)),
    makeCell("stages", label("stages"), makeStrip(row.stages, words)),
    makeCell("people", label("people"), makeLines(row.people, words)),
    makeCell("dialogue", label("dialogue"), makeLines(row.dialogue, words)),
    makeCell("period", label("period"), period),
    makeCell("place", label("place"), makeText(row.place, words))), "row");
  line.addEventListener("click", () => { if (!window.getSelection().toString()) open(); });
  return line;
}

function makeHeading(column, data, send) {
  const bare = data.order.replace(/^-/, ""), own = column.sort.replace(/^-/, "");
  const isSorted = bare === own, isDown = data.order.startsWith("-");
  const arrow = make("span", "arrow", isSorted ? (isDown ? "↓" : "↑") : "");
  arrow.setAttribute("aria-hidden", "true");
  const button = make("button", "sort", column.label, arrow);
  button.type = "button";
  button.title = `${data.words.sort_by}: ${column.label}`;
  button.addEventListener("click", () => send("sorted", isSorted ? (isDown ? own : `-${own}`) : column.sort));
  const heading = withRole(make("th", `head head-${column.id}`, button), "columnheader");
  heading.scope = "col";
  if (isSorted) heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
  return heading;
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector(".register");
  const head = withRole(make("thead", "", withRole(make("tr", "", ...data.columns.map((c) => makeHeading(c, data, setTriggerValue))), "row")), "rowgroup");
  const body = withRole(make("tbody", "", ...data.rows.map((row) => makeRow(row, data, setTriggerValue))), "rowgroup");
  const table = withRole(make("table", "", head, body), "table");
  table.setAttribute("aria-label", data.words.caption);
  root.replaceChildren(table);
  root.dataset.drawn = `${Number(root.dataset.drawn || 0) + 1}`;
}
