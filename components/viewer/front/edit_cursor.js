import { h, svg } from "./dom.js";

const LEAST_RING = 9; // CSS pixels; a smaller ring needs the system's cursor to be seen

/** What is drawn over the picture while the reader works: the brush in its true size, and open shapes. */
export class EditCursor {
  #place = null; // the pointer in CSS pixels
  #brush = null; // {size, colour, subtracts} or null when the tool has no size
  #shape = { points: [], corners: [] };
  #view = null;
  #ratio = 1;

  constructor() {
    this.ring = h("div.ring", { hidden: true });
    this.halo = svg("polygon", { class: "halo" });
    this.line = svg("polygon", { class: "line" });
    this.corners = svg("g", { class: "corners" });
    this.shape = svg("svg", { class: "shape" }, this.halo, this.line, this.corners);
    this.element = h("div.edit-cursor", { "aria-hidden": "true" }, this.shape, this.ring);
  }

  /** The picture has moved. */
  follow(view, ratio) {
    this.#view = view;
    this.#ratio = ratio;
    this.#drawShape();
    this.#drawRing();
  }

  /** @param {{size: number, colour: string, subtracts: boolean} | null} brush Size in image pixels. */
  setBrush(brush) {
    this.#brush = brush;
    this.#drawRing();
  }

  /** The pointer is here, in CSS pixels, or away. */
  point(place) {
    this.#place = place;
    this.#drawRing();
  }

  /** Show a closed line through image points; `corners` get a dot. */
  draw(points, corners = []) {
    this.#shape = { points, corners };
    this.#drawShape();
  }

  /** CSS pixels between two image points. */
  distance(one, other) {
    const [a, b] = [this.#onScreen(one), this.#onScreen(other)];
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  }

  #onScreen(point) {
    return this.#view.toCanvas(...point).map((at) => at / this.#ratio);
  }

  #drawRing() {
    const [brush, place, view] = [this.#brush, this.#place, this.#view];
    this.ring.hidden = !brush || !place || !view;
    const [across, down] = this.ring.hidden ? [0, 0]
      : [view.scaleX, view.scaleY].map((scale) => (brush.size * scale) / this.#ratio);
    // The system's cursor hides only where the ring is large enough to stand for it.
    this.element.parentElement?.classList.toggle("has-ring", Math.min(across, down) >= LEAST_RING);
    if (this.ring.hidden) return;
    Object.assign(this.ring.style, {
      width: `${across}px`, height: `${down}px`,
      transform: `translate(${place[0] - across / 2}px, ${place[1] - down / 2}px)`,
    });
    this.ring.style.setProperty("--colour", brush.colour);
    this.ring.classList.toggle("subtracts", brush.subtracts);
  }

  #drawShape() {
    if (!this.#view) return;
    const { points, corners } = this.#shape;
    const path = points.map((point) => this.#onScreen(point).map((at) => at.toFixed(1)).join()).join(" ");
    for (const line of [this.halo, this.line]) line.setAttribute("points", path);
    this.corners.replaceChildren(...corners.map((point) => {
      const [cx, cy] = this.#onScreen(point);
      return svg("circle", { cx, cy, r: 3.5 });
    }));
  }
}
