import { h } from "./dom.js";
import { t } from "./texts.js";

/** Comments at points of the picture: numbered marks that can be clicked. */
export class EditPins {
  #pins = []; // {row, column, mark}

  constructor() {
    this.element = h("div.pins");
  }

  /**
   * @param {{id: string, row: number, column: number, text: string}[]} pins
   * @param {(id: string) => void} onClick
   */
  set(pins, onClick) {
    this.#pins = pins.map(({ id, row, column, text }, index) => ({
      row, column,
      mark: h("button.pin", { type: "button", title: text, "aria-label": t("Comment {number}: {text}",
        { number: index + 1, text }), on: { click: () => onClick(id) } }, String(index + 1)),
    }));
    this.element.replaceChildren(...this.#pins.map(({ mark }) => mark));
  }

  /** The picture has moved. */
  follow(view, ratio) {
    for (const { row, column, mark } of this.#pins) {
      const [x, y] = view.toCanvas(column + 0.5, row + 0.5).map((at) => at / ratio);
      mark.style.transform = `translate(${x}px, ${y}px)`;
    }
  }
}
