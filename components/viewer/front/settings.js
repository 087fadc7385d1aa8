import { shared } from "./store.js";

/** The model's own threshold: 128 and above is foreground. */
export const THRESHOLD = 128;

/**
 * What the user has set in one viewer. It lives on the page, not in the component, so that it
 * survives reruns, remounts and new masks.
 */
export class Settings {
  opacity = 45; // percent
  fill = true;
  outline = true;
  overlay = true;
  model = false;
  caption = true;
  rule = "independent"; // for overlaps, see overlaps.js
  solo = null; // id of the only layer that shows, or null
  views = new Map(); // "picture" or "model" -> View.save()
  claimed = new Set(); // hashes that the server was told are here
  measured = new Map(); // hash of a picture -> JSON of the levels that the server was told
  #layers = new Map(); // id -> {on, threshold, hex}

  /** The settings of the viewer with this key, new or as they were left. */
  static of(key) {
    const all = shared().settings;
    if (!all.has(key)) all.set(key, new this());
    return all.get(key);
  }

  layer(id) {
    if (!this.#layers.has(id)) this.#layers.set(id, { on: true, threshold: THRESHOLD, hex: null });
    return this.#layers.get(id);
  }

  isVisible(id) {
    return this.solo === null ? this.layer(id).on : this.solo === id;
  }

  /** Thresholds belong to a picture: a picture of another size starts afresh. */
  forgetThresholds() {
    for (const layer of this.#layers.values()) layer.threshold = THRESHOLD;
  }

  /** Forget a solo of a phrase that is gone, so that it does not hide everything else. */
  keepLayers(ids) {
    if (!ids.includes(this.solo)) this.solo = null;
  }

  get style() {
    return { alpha: Math.floor((this.opacity * 255) / 100 + 0.5), fill: this.fill, outline: this.outline };
  }
}
