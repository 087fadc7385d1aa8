import { h } from "./dom.js";
import { t } from "./texts.js";

const STEP = 2; // percent of the picture for one press of an arrow key
const KEY_STEPS = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -100, End: 100 };

/** The divider between two pictures that lie on each other: left of it A, right of it B. */
export class Divider {
  /** @param {(percent: number) => void} move Asked when the user moves the divider. */
  constructor(move) {
    this.move = move;
    this.element = h("div.divider", { role: "slider", tabIndex: 0, "aria-valuemin": "0",
      "aria-valuemax": "100", "aria-label": t("Divider, left of it A, right of it B"),
      title: t("Drag, or press the arrow keys"),
      on: {
        pointerdown: (event) => this.#hold(event),
        pointermove: (event) => this.#drag(event),
        keydown: (event) => this.press(event.key) && event.preventDefault(),
      } }, h("span.grip"));
  }

  /** @param {number} percent Where the divider stands, from the left edge. */
  set(percent) {
    this.percent = percent;
    this.element.setAttribute("aria-valuenow", String(Math.round(percent)));
    this.element.parentElement?.style.setProperty("--at", `${percent}%`);
  }

  /** Move as a key says; false when the key is none of the divider's. */
  press(key) {
    const step = KEY_STEPS[key];
    if (step) this.#go(this.percent + step);
    return Boolean(step);
  }

  #hold(event) {
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    this.element.setPointerCapture(event.pointerId);
  }

  #drag(event) {
    if (!this.element.hasPointerCapture(event.pointerId)) return;
    const { left, width } = this.element.parentElement.getBoundingClientRect();
    this.#go(((event.clientX - left) / width) * 100);
  }

  #go(percent) {
    this.move(Math.min(Math.max(percent, 0), 100));
  }
}
