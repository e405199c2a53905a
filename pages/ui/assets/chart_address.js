// The chart's centre and zoom in the address, as `at=lat,lon,zoom`: written a moment after a person moved the chart, with no
// run of the page. Streamlit writes the rest of the address and knows nothing of later moves, so `at` is put back after it.

const REST = 400, LOOK = 300; // ms: how long a chart rests before it is written, how often the address is looked at
let last = { hash: null, visit: null, at: null }; // outlives a chart: another view of the same places starts where this one stood

export function sayExtent(map) {
  const { lat, lng } = map.getCenter(), zoom = map.getZoom(), places = zoom < 12 ? 4 : 5;
  return `${lat.toFixed(places)},${lng.toFixed(places)},${zoom.toFixed(2)}`;
}

export function readExtent(text) {
  const numbers = (text ?? "").split(",").map(Number);
  return numbers.length === 3 && text.trim() && numbers.every(Number.isFinite) ? { centre: numbers.slice(0, 2), zoom: numbers[2] } : null;
}

const inAddress = () => new URLSearchParams(window.location.search).get("at");

// The rest of the query stays letter for letter: Streamlit compares it with its own.
function queryWith(at) {
  const parts = window.location.search.slice(1).split("&").filter((part) => part && !part.startsWith("at="));
  if (at) parts.push(`at=${at}`);
  return parts.length ? `?${parts.join("&")}` : "";
}

export class AddressKeeper {
  constructor(chart) {
    this.chart = chart;
    this.path = window.location.pathname;
    this.at = null;
    const looking = setInterval(() => this.write(), LOOK);
    chart.stops.push(() => { clearInterval(looking); clearTimeout(this.resting); });
    // Back and forward: the address leads, and the page's next run says where to.
    chart.listen(window, "popstate", () => { clearTimeout(this.resting); this.keep(inAddress()); });
  }

  // Where the chart should stand after this run of the page, as text; undefined: where it stands.
  begin({ visit, at }, hash) {
    const isSame = last.hash === hash && last.visit !== null;
    if (isSame && last.visit === visit) return this.at === last.at ? undefined : last.at;
    const isOwn = isSame && last.at !== null && inAddress() === last.at; // a new session of the same page
    const asked = last.visit === visit ? null : at ?? (isOwn ? last.at : null);
    last = { hash, visit, at: asked };
    return asked;
  }

  keep(at) { this.at = last.at = at; }

  // Called at each rest of the chart: null where it shows the whole area.
  note(at) {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => { this.keep(at); this.write(); }, at ? REST : 0);
  }

  write() {
    if (window.location.pathname !== this.path || inAddress() === this.at) return;
    window.history.replaceState(window.history.state, "", window.location.pathname + queryWith(this.at) + window.location.hash);
  }
}
