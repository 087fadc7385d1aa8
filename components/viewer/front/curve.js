import { h, svg } from "./dom.js";
import { count, percent } from "./numbers.js";
import { t } from "./texts.js";

const WIDTH = 256; // one unit a level
const HEIGHT = 64;
const TOP_LEVEL = 13; // p ≥ 0.05: the area here fills the height, so that a faint haze does not flatten the rest
const AROUND = 32; // levels to either side for the sentence below the curve
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -16, PageUp: 16, Home: -255, End: 255 };

/** The area of one mask at every threshold; pointing or keys on it set the threshold. */
export class Curve {
  #atLeast = null;
  #threshold = 0;

  /** @param {(threshold: number) => void} set */
  constructor(set) {
    this.set = set;
    this.shape = svg("path", { class: "under" });
    this.line = svg("line", { y1: 0, y2: HEIGHT, class: "now" });
    this.dot = svg("circle", { r: 3.5, class: "dot-now" });
    this.picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none",
      "aria-hidden": "true" }, this.shape, this.line);
    this.marks = svg("svg", { class: "marks", "aria-hidden": "true" }, this.dot);
    this.plot = h("div.plot", { tabIndex: 0, role: "slider", "aria-valuemin": 0, "aria-valuemax": 255, on: {
      pointerdown: (event) => this.#grab(event),
      pointermove: (event) => this.plot.hasPointerCapture(event.pointerId) && this.#point(event),
      keydown: (event) => this.#key(event),
    } }, this.picture, this.marks);
    this.most = h("span");
    this.words = h("p.curve-words");
    this.element = h("div.curve", {},
      h("div.ends", {}, h("span", {}, t("Area against threshold")), this.most),
      this.plot, h("div.ends", { "aria-hidden": "true" }, h("span", {}, "0"), h("span", {}, "255")), this.words);
  }

  describe(phrase) {
    this.plot.setAttribute("aria-label", t("Area against threshold of {phrase}", { phrase }));
    this.plot.title = t("Area of this phrase on its own at every threshold. " +
      "Flat: the edge is clear. Steep: the area depends on the threshold. " +
      "Click, drag or use the arrow keys to set the threshold.");
  }

  /** @param {Uint32Array | null} atLeast Pixels at or above each level, see `analyse`. */
  update(atLeast, threshold, hex) {
    this.element.hidden = !atLeast;
    if (!atLeast) return;
    if (atLeast !== this.#atLeast) this.#draw(atLeast);
    this.#threshold = threshold;
    this.plot.style.setProperty("--colour", hex);
    this.line.setAttribute("x1", threshold + 0.5);
    this.line.setAttribute("x2", threshold + 0.5);
    this.dot.setAttribute("cx", `${((threshold + 0.5) / WIDTH) * 100}%`);
    this.dot.setAttribute("cy", `${(this.#y(threshold) / HEIGHT) * 100}%`);
    this.plot.setAttribute("aria-valuenow", threshold);
    this.plot.setAttribute("aria-valuetext",
      t("{threshold}: {count} pixels", { threshold, count: count(atLeast[threshold]) }));
    this.words.textContent = curveWords(atLeast, threshold);
  }

  #draw(atLeast) {
    this.#atLeast = atLeast;
    this.top = Math.max(1, atLeast[TOP_LEVEL]);
    this.most.textContent = `${count(this.top)} px`;
    let path = `M0 ${HEIGHT}`;
    for (let level = 0; level < 256; level++) {
      const y = this.#y(level).toFixed(2);
      path += `L${level} ${y}L${level + 1} ${y}`;
    }
    this.shape.setAttribute("d", `${path}L${WIDTH} ${HEIGHT}Z`);
  }

  #y(level) {
    return HEIGHT - 2 - Math.min(1, this.#atLeast[level] / this.top) * (HEIGHT - 6);
  }

  #grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.plot.focus({ preventScroll: true });
    this.plot.setPointerCapture(event.pointerId);
    this.#point(event);
  }

  #point(event) {
    const { left, width } = this.plot.getBoundingClientRect();
    this.#choose(Math.floor(((event.clientX - left) / width) * WIDTH));
  }

  #key(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#choose(this.#threshold + step);
  }

  #choose(level) {
    this.set(Math.min(255, Math.max(0, level)));
  }
}

/** Whether a mask has no soft edge: every pixel is 0 or 255. */
export const isHard = (atLeast) => atLeast[1] === atLeast[255];

/** What the curve says at this threshold, in a sentence. */
export function curveWords(atLeast, threshold) {
  if (atLeast[1] === 0) return t("Nothing found at any threshold.");
  if (isHard(atLeast)) return t("Hard mask: the threshold has no effect.");
  const here = atLeast[threshold];
  const [low, high] = [Math.max(1, threshold - AROUND), Math.min(255, threshold + AROUND)];
  if (here === 0) return t("No pixel reaches {threshold}.", { threshold });
  const share = percent((atLeast[low] - atLeast[high]) / here);
  return t("Between {low} and {high} the area changes by {share}.", { low, high, share });
}
