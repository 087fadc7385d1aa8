import { h, icon, iconButton, press } from "./dom.js";
import { Marks, ZoomTools } from "./marks.js";
import { chance, count, written } from "./numbers.js";
import { t } from "./texts.js";

const LIKELY_PHRASES = 4; // in the read-out

/** Keys of every viewer, and what they do. */
const usualKeys = () => [
  ["1 – 9", t("show or hide a phrase")],
  [t("space"), t("hide the masks while held; tap to switch")],
  ["o", t("outline")],
  ["+  −", t("zoom")],
  ["0", t("fit")],
  [t("↑ ↓  PgUp PgDn"), t("slices")],
  ["h  ?", t("this list")],
];

const pointerWords = () => t("Wheel: zoom to the pointer, or slices in a volume (Ctrl and wheel zooms). " +
  "Drag: move. Double click: fit.");

/** The dark part: picture, tools above it, read-out below it. */
export class Stage {
  /**
   * @param {object} actions zoomBy(factor), fit(), actualSize(), toggleModel(), toggleHelp().
   * @param {Slicer} slicer
   */
  constructor(actions, slicer) {
    this.badge = h("span.engine");
    this.notice = h("span.notice");
    this.model = h("button.tool.wide", {
      type: "button", title: t("Show exactly the picture that is sent to the model"),
      on: { click: actions.toggleModel },
    }, icon("model"), t("What the model sees"));
    this.zoom = new ZoomTools(actions);
    this.helpButton = iconButton("help", t("Keys (h)"), actions.toggleHelp);
    this.tools = h("div.tools", { role: "toolbar", "aria-label": t("View") },
      this.model, ...this.zoom.elements, this.helpButton);
    this.#picture(actions, slicer);
    this.setGuide({ keys: usualKeys(), words: pointerWords() });
    this.readout = h("div.readout", { "aria-live": "off" });
    this.element = h("section.stage", { "aria-label": t("Picture") },
      h("header.bar", {}, h("div.labels", {}, this.badge, this.notice), this.tools),
      this.box,
      h("footer.bar.status", {}, this.readout));
    this.hover(null);
  }

  #picture(actions, slicer) {
    this.marks = new Marks();
    this.waiting = this.marks.waiting;
    this.off = h("div.off-note", { hidden: true }, t("Masks hidden · space"));
    this.keyList = h("dl");
    this.pointerWords = h("p");
    this.help = h("div.help", { hidden: true, role: "dialog", "aria-label": t("Keys") },
      h("h3", {}, t("Keys")), iconButton("close", t("Close (Esc)"), actions.toggleHelp, "tool.close"),
      this.keyList, this.pointerWords);
    this.box = h("div.picture", { tabIndex: 0, role: "group",
      "aria-label": t("Image viewer. Press h for the list of keys.") },
      ...this.marks.elements, this.off, slicer.element, this.help);
  }

  /** What the help says: `keys` as [key, meaning], and `words` on the pointer. */
  setGuide({ keys, words }) {
    this.keyList.replaceChildren(...keys.flatMap(([key, what]) => [h("dt", {}, key), h("dd", {}, what)]));
    this.pointerWords.textContent = words;
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

  /** @param {{x, y, rgb, size, probabilities: {hex, shown, value}[]} | null} spot */
  hover(spot) {
    if (!spot) {
      this.readout.replaceChildren(h("span.faint", {}, this.size ?? ""));
      return;
    }
    const [red, green, blue] = spot.rgb;
    const value = red === green && green === blue ? t("grey {value}", { value: red }) : `RGB ${red} ${green} ${blue}`;
    this.readout.replaceChildren(
      h("span.at", {}, `x ${spot.x}  y ${spot.y}`), h("span.value", {}, value),
      ...spot.probabilities.map(({ hex, shown: { phrase }, value: probability }) => {
        const dot = h("i.dot");
        dot.style.background = hex;
        return h("span.chance", { title: phrase }, dot, h("span.phrase", {}, phrase),
          chance(probability));
      }));
  }

  /** What the status bar says while the pointer is elsewhere. */
  setSize(width, height, spacing) {
    const size = { width: count(width), height: count(height) };
    const mm = spacing && { rows: trim(spacing[0]), columns: trim(spacing[1]) };
    this.size = mm ? t("{width} × {height} pixels · {rows} × {columns} mm a pixel", { ...size, ...mm })
      : t("{width} × {height} pixels", size);
  }
}

/**
 * What the read-out says of a pixel.
 *
 * @param {{width, rgb}} picture
 * @param {[number, number]} pixel Column and row.
 * @param {{hex, shown, value}[]} chances Every phrase with its probability there.
 */
export function spotOf(picture, [x, y], chances) {
  const at = (y * picture.width + x) * 3;
  const probabilities = chances.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value);
  return { x, y, rgb: picture.rgb.subarray(at, at + 3), probabilities: probabilities.slice(0, LIKELY_PHRASES) };
}

function trim(mm) {
  return written(Number(mm.toPrecision(3)));
}
