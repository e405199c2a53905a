// The only script Streamlit itself carries: finds our own address, loads the chart from it, and says so if it does not come.
const mounts = new WeakMap();

function findBase(given) {
  const script = document.querySelector('script[src*="static/js/"]');
  if (script) return script.src.slice(0, script.src.lastIndexOf("static/js/"));
  return `${window.location.origin}${given}`;
}

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".soundings-chart") || parentElement.firstElementChild;
  let mount = mounts.get(parentElement);
  if (!mount || mount.root !== root) {
    const base = findBase(data.base), assets = `${base}assets/${data.version}/`;
    const css = ["chart_map.css", "leaflet/leaflet.css"].map((file) => new Promise((done) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: assets + file, onload: done, onerror: done });
      parentElement.prepend(link); // each before the one before it: ours stays last and wins
    }));
    mount = { root, base, ready: Promise.all([import(`${assets}chart_map.js`), ...css]).then(([module]) => module) };
    mounts.set(parentElement, mount);
    const say = () => { if (!mount.isDrawn) root.textContent = `${data.words.not_loaded} ${data.words.see_table}`; };
    const timer = setTimeout(say, 5000);
    mount.ready.then(() => clearTimeout(timer), () => { clearTimeout(timer); say(); });
  }
  mount.latest = component;
  mount.ready.then(({ render }) => {
    if (mount.isGone || mount.latest !== component) return;
    mount.isDrawn = true;
    mount.stop = render(component, root, mount.base);
  }, () => {});
  return () => {
    mount.isGone = true;
    if (mount.stop) mount.stop();
    mounts.delete(parentElement);
  };
}
