import { h, iconButton, press } from "./dom.js";
import { count, written } from "./numbers.js";
import { t } from "./texts.js";

const columns = () => ["", t("Phrase"), t("Threshold A"), t("Threshold B"), t("Area A"), t("Area B"),
  t("Only A"), t("Only B"), t("Dice"), t("IoU")];
const NUMBERS = ["areaA", "areaB", "onlyA", "onlyB"];

/** One row a phrase: thresholds of both sides, and the numbers that follow from them. */
export class CompareTable {
  #rows = new Map(); // id -> its parts

  /** @param {object} actions toggle(row), setThreshold(side, layer, value); side is "a" or "b". */
  constructor(actions) {
    this.actions = actions;
    this.body = h("tbody");
    this.hint = h("p.hint", {}, t("No masks yet. Choose what each side looks for, then press Compare."));
    this.table = h("table", {},
      h("thead", {}, h("tr", {}, ...columns().map((name) => h("th", { scope: "col" }, name)))), this.body);
    this.element = h("div.compare-table", {}, this.hint, this.table);
  }

  /** @param {object[]} rows See `rowsOf`. */
  setRows(rows) {
    this.#rows = new Map(rows.map((row) => [row.id, this.#make(row)]));
    this.body.replaceChildren(...[...this.#rows.values()].map(({ element }) => element));
    this.hint.hidden = rows.length > 0;
    this.table.hidden = rows.length === 0;
  }

  #make(row) {
    const eye = iconButton("eye", t("Show {phrase}", { phrase: row.phrase }), () => this.actions.toggle(row), "tool.eye");
    const sides = Object.fromEntries(["a", "b"].map((side) => [side, this.#threshold(row, side)]));
    const numbers = Object.fromEntries(
      [...NUMBERS, "dice", "iou"].map((name) => [name, h("td.number", {}, "–")]));
    const swatches = [row.a, row.b].filter(Boolean).map(({ colour }) => colour);
    const element = h("tr", {},
      h("td", {}, eye),
      h("th.pair-name", { scope: "row" }, ...[...new Set(swatches)].map(dot), h("span.phrase", {}, row.phrase)),
      sides.a.cell, sides.b.cell, ...Object.values(numbers));
    return { element, eye, sides, numbers };
  }

  #threshold(row, side) {
    const layer = row[side];
    if (!layer) return { cell: h("td.faint", {}, "–") };
    const slider = h("input", { type: "range", min: 1, max: 255,
      "aria-label": t("Threshold {letter} of {phrase}", { letter: side.toUpperCase(), phrase: layer.phrase }),
      on: { input: () => this.actions.setThreshold(side, layer, Number(slider.value)) } });
    const text = h("output.value");
    return { cell: h("td.threshold-cell", {}, h("div", {}, slider, text)), slider, text };
  }

  /** @param {{visible, thresholds: {a, b}, areas: {areaA, areaB}, found: object | null}} state */
  update({ id }, { visible, thresholds, areas, found }) {
    const { element, eye, sides, numbers } = this.#rows.get(id);
    press(eye, visible);
    element.classList.toggle("off", !visible);
    for (const [side, { slider, text }] of Object.entries(sides)) {
      if (!slider) continue;
      slider.value = thresholds[side];
      slider.style.setProperty("--part", `${((thresholds[side] - 1) / 254) * 100}%`);
      text.textContent = thresholds[side];
    }
    const shown = found ?? areas;
    for (const name of NUMBERS) {
      numbers[name].textContent = shown[name] === undefined ? "–" : count(shown[name]);
    }
    numbers.dice.textContent = shareText(found, "dice");
    numbers.iou.textContent = shareText(found, "iou");
  }
}

/** "0.931"; words where there is nothing to compare. */
function shareText(found, name) {
  if (!found) return "–";
  return found.empty ? t("both empty") : written(found[name].toFixed(3));
}

/** A spot of a colour. */
export function dot(colour) {
  const element = h("i.dot");
  element.style.background = colour;
  return element;
}
