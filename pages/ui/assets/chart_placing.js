// Where the chart stands: the whole area in its frame, or the centre and zoom that the address asks for.

import * as L from "./leaflet/leaflet-src.esm.js";
import { AddressKeeper, readExtent } from "./chart_address.js";

export const SMALL = 330; // the height of a chart that stands beside other things, in pixels

export const placingMethods = {
  bounds() {
    const crs = L.CRS.EPSG3857, corners = this.data.areas?.flat() ?? (this.data.drawing?.length > 2 ? this.data.drawing : null);
    if (corners?.length) return L.latLngBounds(corners.map(([lon, lat]) => [lat, lon])).pad(0.7);
    const [x0, y0, x1, y1] = this.geometry.worldBox;
    return L.latLngBounds([[x0, y1], [x1, y0]].map(([x, y]) => crs.pointToLatLng(L.point(x * 256, y * 256), 0)));
  },

  // The whole area, as large as the frame allows, beside the key where that stands inside the frame.
  fit() {
    const bounds = this.bounds();
    this.isPlacing = true;
    this.arrange();
    for (const { map, view } of this.maps) {
      map.invalidateSize({ pan: false, animate: false });
      const pad = map.getSize().x < 500 ? 10 : 20;
      const left = this.isRoomy ? view.legend.offsetWidth + 24 : pad;
      map.setMinZoom(0);
      map.fitBounds(bounds, { animate: false, reset: true, paddingTopLeft: [left, pad], paddingBottomRight: [pad, pad] });
      map.setMinZoom(Math.max(0, map.getZoom() - 1));
      map.setMaxZoom(Math.min(18, map.getZoom() + 8));
      map.options.maxBounds = null;
    }
    this.isPlacing = this.isMoved = false;
    this.keeper?.note(null);
  },

  // The same centre and zoom on every sheet, whatever size the frame has now.
  goTo(centre, zoom) {
    this.isPlacing = true;
    for (const { map } of this.maps) {
      map.invalidateSize({ pan: false, animate: false });
      map.setView(centre, zoom, { animate: false, reset: true });
    }
    this.isPlacing = false;
    this.isMoved = true;
  },

  // Wide frames hold their key inside, like a chart's own; tall areas get a taller frame. The frame's style holds these heights.
  arrange() {
    const width = this.panels[0].frame.clientWidth, isSingle = this.panelCount === 1;
    this.isRoomy = isSingle && width >= 760;
    this.root.classList.toggle("is-roomy", this.isRoomy);
    const [x0, y0, x1, y1] = this.geometry.worldBox, isTall = y1 - y0 > 1.25 * (x1 - x0);
    const height = this.data.is_small ? SMALL : width < 560 ? 420 : isTall ? 700 : isSingle ? 560 : 480;
    this.root.style.setProperty("--chart-height", `${height}px`);
  },

  // Goes where the address says, on arrival and after back and forward; a new view of the same places stays where it was.
  followAddress(isNew) {
    if (!this.data.extent) return;
    this.keeper ??= new AddressKeeper(this);
    const at = this.keeper.begin(this.data.extent, this.hash), extent = readExtent(at);
    if (at === undefined) return;
    this.keeper.keep(extent ? at : null);
    if (extent) this.goTo(extent.centre, extent.zoom);
    else if (!isNew) this.fit();
  },
};
