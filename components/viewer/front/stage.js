import { count, h, icon, iconButton, press } from "./dom.js";
import { Marks, ZoomTools } from "./marks.js";

const KEYS = [
  ["1 – 9", "show or hide a phrase"],
  ["space", "hide the masks while held; tap to switch"],
  ["o", "outline"],
  ["+  −", "zoom"],
  ["0", "fit"],
  ["↑ ↓  PgUp PgDn", "slices"],
  ["h  ?", "this list"],
];

/** The dark part: picture, tools above it, read-out below it. */
export class Stage {
  /** @param {object} actions zoomBy(factor), fit(), actualSize(), toggleModel(), toggleHelp(). */
  constructor(actions, slicer) {
    this.badge = h("span.engine");
    this.notice = h("span.notice");
    this.model = h("button.tool.wide", {
      type: "button", title: "Show exactly the picture that is sent to the model",
      on: { click: actions.toggleModel },
    }, icon("model"), "What the model sees");
    this.zoom = new ZoomTools(actions);
    this.helpButton = iconButton("help", "Keys (h)", actions.toggleHelp);
    this.tools = h("div.tools", { role: "toolbar", "aria-label": "View" },
      this.model, ...this.zoom.elements, this.helpButton);
    this.#picture(actions, slicer);
    this.readout = h("div.readout", { "aria-live": "off" });
    this.element = h("section.stage", { "aria-label": "Picture" },
      h("header.bar", {}, h("div.labels", {}, this.badge, this.notice), this.tools),
      this.box,
      h("footer.bar.status", {}, this.readout));
    this.hover(null);
  }

  #picture(actions, slicer) {
    this.marks = new Marks();
    this.waiting = this.marks.waiting;
    this.off = h("div.off-note", { hidden: true }, "Masks hidden · space");
    this.help = h("div.help", { hidden: true, role: "dialog", "aria-label": "Keys" },
      h("h3", {}, "Keys"), iconButton("close", "Close (Esc)", actions.toggleHelp, "tool.close"),
      h("dl", {}, ...KEYS.flatMap(([key, what]) => [h("dt", {}, key), h("dd", {}, what)])),
      h("p", {}, "Wheel: zoom to the pointer, or slices in a volume (Ctrl and wheel zooms). ",
        "Drag: move. Double click: fit."));
    this.box = h("div.picture", { tabIndex: 0, role: "group",
      "aria-label": "Image viewer. Press h for the list of keys." },
      ...this.marks.elements, this.off, slicer.element, this.help);
  }

  /** Texts and marks that belong to the picture on show. */
  describe({ engine, notice, image, hasModel, showsModel, modelReady }) {
    this.badge.textContent = engine;
    this.badge.title = engine;
    this.notice.textContent = notice;
    this.model.hidden = !hasModel;
    this.model.disabled = !modelReady;
    press(this.model, showsModel);
    this.marks.setLetters(showsModel ? null : image.letters);
  }

  /** Marks that depend on the zoom. */
  follow(view, spacing, ratio) {
    this.zoom.follow(view);
    this.marks.follow(view, spacing, ratio);
  }

  /** @param {{x, y, rgb, size, probabilities: {hex, phrase, value}[]} | null} spot */
  hover(spot) {
    if (!spot) {
      this.readout.replaceChildren(h("span.faint", {}, this.size ?? ""));
      return;
    }
    const [red, green, blue] = spot.rgb;
    const value = red === green && green === blue ? `grey ${red}` : `RGB ${red} ${green} ${blue}`;
    this.readout.replaceChildren(
      h("span.at", {}, `x ${spot.x}  y ${spot.y}`), h("span.value", {}, value),
      ...spot.probabilities.map(({ hex, phrase, value: probability }) => {
        const dot = h("i.dot");
        dot.style.background = hex;
        return h("span.chance", { title: phrase }, dot, h("span.phrase", {}, phrase),
          (probability / 255).toFixed(2));
      }));
  }

  /** What the status bar says while the pointer is elsewhere. */
  setSize(width, height, spacing) {
    const mm = spacing ? ` · ${trim(spacing[0])} × ${trim(spacing[1])} mm a pixel` : "";
    this.size = `${count(width)} × ${count(height)} pixels${mm}`;
  }
}

function trim(mm) {
  return Number(mm.toPrecision(3)).toString();
}
