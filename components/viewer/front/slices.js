import { h } from "./dom.js";
import { t } from "./texts.js";

const SETTLE_MS = 30; // wait this long for the wheel to come to rest
const ANSWER_MS = 5000; // then the server is asked again on the next step

/**
 * Browsing a volume: the slider follows at once, the server is asked for one slice at a time and
 * always for the newest wish.
 */
export class Slicer {
  #shown = null; // {axis, name, index, count} as the server last said
  #wanted = 0;
  #asked = null;
  #timer = 0;

  /** @param {(index: number) => void} ask Asks the server for a slice. */
  constructor(ask) {
    this.ask = ask;
    this.slider = h("input", { type: "range", min: 0, step: 1, "aria-orientation": "vertical",
      on: { input: () => this.go(Number(this.slider.value)) } });
    this.label = h("output.slice-label");
    this.element = h("div.slicer", { hidden: true }, this.label, this.slider);
  }

  get active() {
    return this.#shown !== null;
  }

  /** What the server shows now, or null when the picture is not a slice. */
  set(slices) {
    const asked = this.#asked;
    const axisChanged = this.#shown?.axis !== slices?.axis;
    this.#asked = null;
    this.#shown = slices;
    this.element.hidden = !slices;
    if (!slices) return;
    this.slider.max = slices.count - 1;
    this.slider.setAttribute("aria-label", t("{axis} slice", { axis: slices.name }));
    const moveOn = asked !== null && asked !== this.#wanted && !axisChanged;
    if (moveOn) this.#settle();
    else this.#wanted = slices.index;
    this.#label();
  }

  step(by) {
    this.go(this.#wanted + by);
  }

  go(index) {
    if (!this.#shown) return;
    const inside = Math.min(Math.max(index, 0), this.#shown.count - 1);
    if (inside === this.#wanted) return;
    this.#wanted = inside;
    this.#label();
    if (this.#asked === null) this.#settle();
  }

  #settle() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#shown || this.#wanted === this.#shown.index) return;
      this.#asked = this.#wanted;
      this.ask(this.#wanted);
      this.#timer = setTimeout(() => (this.#asked = null), ANSWER_MS);
    }, SETTLE_MS);
  }

  #label() {
    const { name, count } = this.#shown;
    this.slider.value = this.#wanted;
    this.label.textContent = `${name} ${this.#wanted + 1} / ${count}`;
    this.slider.setAttribute("aria-valuetext", this.label.textContent);
  }

  destroy() {
    clearTimeout(this.#timer);
  }
}
