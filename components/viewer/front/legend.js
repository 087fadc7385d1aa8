import { Curve } from "./curve.js";
import { h, icon, iconButton, press } from "./dom.js";
import { parseColour } from "./masks.js";
import { areaText, chance, count, percent } from "./numbers.js";
import { rampGradient } from "./ramp.js";
import { t } from "./texts.js";

/** The list of phrases with their masks: colour, category, area, visibility and threshold. */
export class Legend {
  #rows = new Map(); // id of the layer -> LegendRow

  /**
   * @param {object} actions toggle(id), solo(id), recolour(id, hex), setThreshold(id, value).
   * @param {typeof LegendRow} [Row] What shows a layer.
   */
  constructor(actions, Row = LegendRow) {
    Object.assign(this, { actions, Row });
    this.empty = h("p.hint", {}, t("No phrases yet. Type what to look for and run it: " +
      "each phrase becomes a mask here."));
    this.list = h("ol.rows", { "aria-label": t("Phrases and masks") });
    this.element = h("div.legend", {}, this.empty, this.list);
  }

  /** Show these layers; rows that stay keep their focus and their unfolded slider. */
  setLayers(layers) {
    const rows = new Map();
    for (const layer of layers) {
      const row = this.#rows.get(layer.id) ?? new this.Row(layer.id, this.actions);
      row.describe(layer);
      rows.set(layer.id, row);
    }
    this.#rows = rows;
    const wanted = [...rows.values()].map((row) => row.element);
    const same = wanted.length === this.list.children.length &&
      wanted.every((element, n) => this.list.children[n] === element);
    if (!same) this.list.replaceChildren(...wanted);
    this.empty.hidden = wanted.length > 0;
  }

  /** Update what changes without the server: see LegendRow.update. */
  update(id, state) {
    this.#rows.get(id)?.update(state);
  }

  /** Show the probability under the pointer in every row, or none. */
  probe(probabilities) {
    for (const [id, row] of this.#rows) row.probe(probabilities?.get(id));
  }
}

/** What is said of pixels above the threshold that another phrase claims too. */
const CONTESTED = {
  independent: (share) => t("{share} of it also claimed by another phrase", { share }),
  highest: (share) => t("{share} of what it claims is contested", { share }),
};

/** What the values of a map measure. */
const SCALES = { agreement: () => t("agreement") };

/** One phrase. */
export class LegendRow {
  constructor(id, actions) {
    this.#parts(id, actions);
    this.element = h("li.row", {},
      this.swatch,
      h("div.words", {}, h("div.name", {}, this.phrase, this.level), this.category, this.note, this.area),
      h("div.tools", {}, this.fold, this.solo, this.eye),
      this.contested, this.ramp, this.foldOut);
  }

  #parts(id, actions) {
    this.colour = h("input", { type: "color", on: { input: () => actions.recolour(id, this.colour.value) } });
    this.digit = h("span.digit", { "aria-hidden": "true" });
    this.swatch = h("label.swatch", {}, this.colour, this.digit);
    this.phrase = h("span.phrase");
    this.level = h("output.level", { "aria-hidden": "true" });
    this.category = h("div.category");
    this.note = h("div.note");
    this.area = h("div.area", { "aria-live": "off" });
    this.contested = h("div.contested", { hidden: true });
    this.ramp = h("div.ramp", { hidden: true }, h("span", {}, "0 %"), h("i"), h("span", {}, "100 %"));
    this.ramp.children[1].style.background = rampGradient();
    this.fold = iconButton("sliders", t("Threshold"), () => this.#unfold());
    this.solo = iconButton("solo", t("Show only this"), () => actions.solo(id));
    this.eye = iconButton("eye", t("Show or hide"), () => actions.toggle(id), "tool.eye");
    const change = () => actions.setThreshold(id, Number(this.slider.value));
    this.slider = h("input", { type: "range", min: 0, max: 255, step: 1, on: { input: change } });
    this.threshold = h("output.value");
    this.reset = h("button.link", {
      type: "button", title: t("Back to 128, the model's own threshold"),
      on: { click: () => actions.setThreshold(id, 128) },
    }, t("Reset"));
    this.curve = new Curve((value) => actions.setThreshold(id, value));
    this.foldOut = h("div.fold-out", { hidden: true },
      h("div.threshold", {}, this.slider, this.threshold, this.reset), this.curve.element);
  }

  #unfold() {
    this.foldOut.hidden = !this.foldOut.hidden;
    this.fold.setAttribute("aria-expanded", String(!this.foldOut.hidden));
    if (!this.foldOut.hidden) this.slider.focus();
  }

  /** What came from the server: texts. */
  describe({ index, category, shown: { phrase, note }, caution, scale }) {
    const digit = index < 9 ? String(index + 1) : "";
    this.digit.textContent = digit;
    this.phrase.textContent = phrase;
    this.phrase.title = phrase;
    this.category.textContent = scale ? SCALES[scale]?.() ?? scale
      : category === null ? t("no category") : t("category: {category}", { category });
    this.ramp.hidden = !scale;
    for (const part of [this.fold, this.area, this.colour, this.digit]) part.hidden = Boolean(scale);
    if (scale) this.foldOut.hidden = true;
    this.swatch.style.background = scale ? rampGradient() : "";
    this.note.replaceChildren(...(note ? [caution ? icon("note") : "", note] : []));
    this.note.classList.toggle("quiet", !caution);
    this.note.hidden = !note;
    this.colour.title = t("Colour of {phrase}", { phrase });
    this.colour.setAttribute("aria-label", this.colour.title);
    for (const part of [this.slider, this.fold]) {
      part.setAttribute("aria-label", t("Threshold of {phrase}", { phrase }));
    }
    this.fold.setAttribute("aria-expanded", String(!this.foldOut.hidden));
    this.curve.describe(phrase);
    this.solo.setAttribute("aria-label", t("Show only {phrase}", { phrase }));
    this.eye.setAttribute("aria-label", t("Show {phrase}", { phrase }));
    this.eye.title = digit ? t("Show or hide ({digit})", { digit }) : t("Show or hide");
  }

  /** @param {object} state See `rowState` in levels.js. */
  update({ hex, visible, switchedOn, solo, threshold, area, total, mm2, contested, rule, atLeast }) {
    this.element.classList.toggle("off", !visible);
    if (this.colour.value !== hex) this.colour.value = hex;
    const [red, green, blue] = parseColour(hex);
    this.digit.style.color = red * 0.299 + green * 0.587 + blue * 0.114 > 140 ? "#000c" : "#fff";
    this.eye.replaceChildren(icon(switchedOn ? "eye" : "eyeOff"));
    press(this.eye, switchedOn);
    press(this.solo, solo);
    if (Number(this.slider.value) !== threshold) this.slider.value = threshold;
    this.slider.style.setProperty("--part", `${threshold / 2.55}%`);
    this.threshold.textContent = `${threshold} · p ≥ ${chance(threshold)}`;
    this.reset.disabled = threshold === 128;
    this.element.classList.toggle("moved", threshold !== 128);
    this.element.classList.toggle("nothing", area === 0);
    this.area.textContent = area === undefined ? t("loading…") : area === 0
      ? t("nothing found at this threshold")
      : [`${count(area)} px`, percent(area / total), ...(mm2 === null ? [] : [areaText(mm2)])].join(" · ");
    this.contested.hidden = contested === 0;
    this.contested.textContent = CONTESTED[rule](percent(contested));
    this.curve.update(atLeast, threshold, hex);
  }

  probe(probability) {
    this.level.textContent = probability === undefined ? "" : chance(probability);
  }
}
