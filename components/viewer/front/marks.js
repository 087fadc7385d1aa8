import { h, iconButton, press } from "./dom.js";
import { scaleBar } from "./geometry.js";
import { t } from "./texts.js";

/** Marks over a picture: letters at its edges, a scale bar, and a note while it is on its way. */
export class Marks {
  constructor() {
    const edges = ["left", "right", "top", "bottom"];
    this.letters = Object.fromEntries(edges.map((edge) => [edge, h(`span.letter.${edge}`)]));
    this.bar = h("div.scale-bar", { hidden: true }, h("span.length"), h("span.label"));
    this.waiting = h("div.waiting", { role: "status" }, h("span.spinner"), t("Loading the picture…"));
    this.elements = [...Object.values(this.letters), this.bar, this.waiting];
  }

  /** @param {{left, right, top, bottom} | null} letters Where the patient's sides are, if known. */
  setLetters(letters) {
    for (const [edge, element] of Object.entries(this.letters)) {
      element.textContent = letters?.[edge] ?? "";
    }
  }

  /** The scale bar at this zoom. */
  follow(view, spacing, ratio) {
    this.bar.hidden = !spacing;
    if (!spacing) return;
    const { pixels, label } = scaleBar(view.scaleX / ratio / spacing[1], 130);
    this.bar.firstChild.style.width = `${pixels}px`;
    this.bar.lastChild.textContent = label;
  }
}

/** The buttons that zoom, with the present zoom between them. */
export class ZoomTools {
  /** @param {object} actions zoomBy(factor), fit(), actualSize(). */
  constructor(actions) {
    this.actual = h("button.tool.wide.zoom", { type: "button",
      title: t("One image pixel to one screen pixel"), "aria-label": t("Actual size, 1:1"),
      on: { click: actions.actualSize } }, "1:1");
    this.level = h("output.zoom-level");
    const group = h("span.group", {},
      iconButton("minus", t("Zoom out (−)"), () => actions.zoomBy(1 / 1.5)),
      this.level,
      iconButton("plus", t("Zoom in (+)"), () => actions.zoomBy(1.5)));
    this.elements = [group, iconButton("fit", t("Fit (0)"), actions.fit), this.actual];
  }

  follow(view) {
    const level = `${Math.round(view.scale * 100)} %`;
    if (this.level.textContent !== level) this.level.textContent = level;
    press(this.actual, Math.abs(view.scale - 1) < 1e-6);
  }
}
