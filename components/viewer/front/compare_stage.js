import { dot } from "./compare_table.js";
import { h, icon, press } from "./dom.js";
import { ZoomTools } from "./marks.js";
import { chance } from "./numbers.js";
import { t } from "./texts.js";

const modes = () => [
  ["side", t("Side by side"), t("Two pictures that move together (s)")],
  ["swipe", t("Swipe"), t("One picture with a divider, left of it A, right of it B (w)")],
  ["difference", t("Difference"), t("One picture with what A and B have alone and together (d)")],
];

/** The dark part: how the two are shown, tools, the pictures, and a read-out below them. */
export class CompareStage {
  /**
   * @param {object} actions setMode(mode), setPair(index), zoomBy(factor), fit(), actualSize().
   * @param {HTMLElement[]} pictures What lies in the frame.
   */
  constructor(actions, pictures) {
    this.modes = new Map(modes().map(([mode, label, title]) => [mode, h("button.tool.wide",
      { type: "button", title, on: { click: () => actions.setMode(mode) } }, label)]));
    this.pair = h("select.pair", { "aria-label": t("Phrase of the difference"),
      on: { change: () => actions.setPair(Number(this.pair.value)) } });
    this.key = h("span.parts");
    this.zoom = new ZoomTools(actions);
    this.pictures = h("div.pictures", {}, ...pictures);
    this.readout = h("div.readout", { "aria-live": "off" });
    this.element = h("section.stage", { "aria-label": t("Pictures") },
      h("header.bar", {},
        h("div.tools.modes", { role: "toolbar", "aria-label": t("How A and B are shown") },
          ...this.modes.values()),
        this.pair, this.key,
        h("div.tools.end", { role: "toolbar", "aria-label": t("View") }, ...this.zoom.elements)),
      this.pictures,
      h("footer.bar.status", {}, this.readout));
  }

  /** @param {{phrase: string}[]} pairs Of which a difference can be shown. */
  setPairs(pairs) {
    this.pair.replaceChildren(...pairs.map(({ phrase }, index) => h("option", { value: index }, phrase)));
    this.modes.get("difference").disabled = pairs.length === 0;
  }

  update({ mode, pair, parts }) {
    for (const [name, button] of this.modes) press(button, name === mode);
    this.pictures.dataset.mode = mode;
    this.pair.hidden = mode !== "difference" || this.pair.length < 2;
    this.pair.value = pair;
    this.key.hidden = mode !== "difference";
    this.key.replaceChildren(...parts.map(({ shown, hex }) => h("span.part", {}, dot(hex), shown())));
  }

  /** @param {number} shape Height of the picture by its width, as it is on the screen. */
  setShape(shape) {
    this.pictures.style.setProperty("--shape", shape);
  }

  /** @param {{x, y, values: string[], chances: {hex, phrase, a, b}[]} | null} spot */
  hover(spot, otherwise) {
    if (!spot) {
      this.readout.replaceChildren(h("span.faint", {}, otherwise));
      return;
    }
    this.readout.replaceChildren(
      h("span.at", {}, `x ${spot.x}  y ${spot.y}`),
      ...spot.values.map((value) => h("span.value", {}, value)),
      ...spot.chances.map(({ hex, phrase, a, b }) => h("span.chance", { title: phrase },
        dot(hex), h("span.phrase", {}, phrase), [ofSide("A", a), ofSide("B", b)].join("  "))));
  }
}

function ofSide(letter, level) {
  return level === null ? "" : `${letter} ${chance(level)}`;
}

/** Below the pictures: how masks look, and what can be taken away. */
export class CompareControls {
  /** @param {object} actions set(changes), savePicture(), sendLevels(). */
  constructor(actions) {
    const toggle = (name, label) => h("button.switch", { type: "button",
      on: { click: (event) => actions.set({ [name]: event.currentTarget.ariaPressed !== "true" }) } }, label);
    this.switches = new Map([
      ["overlay", toggle("overlay", t("Masks"))],
      ["fill", toggle("fill", t("Fill"))],
      ["outline", toggle("outline", t("Outline"))],
    ]);
    this.opacity = h("input", { type: "range", min: 5, max: 100, "aria-label": t("Opacity of the fill"),
      on: { input: () => actions.set({ opacity: Number(this.opacity.value) }) } });
    this.opacityText = h("output.value");
    this.message = h("span.message", { role: "status" });
    const take = (name, label, title, click) => h("button.download", { type: "button", title,
      on: { click } }, icon(name), label);
    this.element = h("div.compare-controls", {},
      h("div.switches", {}, ...this.switches.values()),
      h("label.opacity", {}, t("Opacity"), this.opacity, this.opacityText),
      this.message,
      take("download", t("Picture"), t("Both sides with captions, as one PNG"), () => this.#save(actions)),
      take("sliders", t("Table"), t("The numbers at these thresholds, below, as a table to keep"),
        () => actions.sendLevels()));
  }

  async #save(actions) {
    this.message.textContent = t("Writing the file…");
    try {
      this.message.textContent = t("Saved {file}", { file: await actions.savePicture() });
    } catch (problem) {
      this.message.textContent = t("The file could not be written ({reason}). Try again.",
        { reason: problem.message });
    }
  }

  update(settings) {
    for (const [name, button] of this.switches) press(button, settings[name]);
    const { opacity } = settings;
    if (Number(this.opacity.value) !== opacity) this.opacity.value = opacity;
    this.opacity.style.setProperty("--part", `${opacity}%`);
    this.opacityText.textContent = `${opacity} %`;
  }
}
