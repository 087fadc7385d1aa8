import { h, icon, iconButton, press } from "./dom.js";
import { RANGES } from "./edit_settings.js";
import { chance } from "./numbers.js";
import { t } from "./texts.js";

/** "Brush (B)": what a button does and its key. */
const withKey = (label, key) => `${label} (${key})`;

/** The tools beside the picture, and above it the settings of the one in use and what is done at once. */
export class EditToolbar {
  /**
   * @param {Map<string, object>} tools By name, see edit_tools.js.
   * @param {Map<string, object>} deeds By name, see edit_actions.js.
   * @param {object} actions choose(name), setNumber(name, value), setSubtract(on), act(name), undo(),
   *     redo(), setOriginal(on).
   */
  constructor(tools, deeds, actions) {
    Object.assign(this, { actions });
    this.tools = new Map([...tools].map(([name, tool]) => [name, iconButton(tool.icon,
      withKey(tool.label, tool.key.toUpperCase()), () => actions.choose(name))]));
    this.rail = h("div.rail", { role: "toolbar", "aria-label": t("Tools"), "aria-orientation": "vertical" },
      ...this.tools.values());
    this.#settings();
    this.#deeds(deeds);
    this.element = h("div.bar.edit-bar", {},
      h("div.edit-settings", { role: "group", "aria-label": t("Settings of the tool") },
        this.name, this.size.element, this.level.element, this.subtract, this.words),
      h("div.tools", { role: "toolbar", "aria-label": t("The whole mask") }, this.reach.element, ...this.deeds),
      h("div.tools", { role: "toolbar", "aria-label": t("History") }, this.undo, this.redo, this.original));
  }

  #settings() {
    this.name = h("span.tool-name");
    this.words = h("span.tool-words");
    this.size = this.#number("size", t("Size"),
      t("Diameter of the brush in image pixels ([ and ], or Alt and wheel)"));
    this.level = this.#slider();
    this.subtract = h("button.tool.wide", { type: "button",
      title: withKey(t("Take away instead of adding; Alt does it while it is held"), "U"),
      on: { click: () => this.actions.setSubtract(this.subtract.getAttribute("aria-pressed") !== "true") } },
      icon("subtract"), t("Subtract"));
  }

  #deeds(deeds) {
    const { actions } = this;
    this.reach = this.#number("reach", t("By"), t("Pixels by which masks grow, shrink and are smoothed"));
    this.deeds = [...deeds.values()].map(({ name, key, icon: picture, label }) =>
      iconButton(picture, withKey(label, key.toUpperCase()), () => actions.act(name)));
    this.undo = iconButton("undo", withKey(t("Undo"), "Ctrl+Z"), actions.undo);
    this.redo = iconButton("redo", withKey(t("Redo"), "Ctrl+Y"), actions.redo);
    this.original = h("button.tool.wide", { type: "button",
      title: withKey(t("Show the AI's original masks; hold the key for a short look"), "Q"),
      on: { click: () => actions.setOriginal(this.original.getAttribute("aria-pressed") !== "true") } },
      icon("original"), t("AI"));
  }

  /** A field for a number of pixels. */
  #number(name, label, title) {
    const [min, max] = RANGES[name];
    const input = h("input", { type: "number", min, max, step: 1, title, "aria-label": title,
      on: {
        change: () => this.actions.setNumber(name, input.valueAsNumber),
        keydown: (event) => event.key === "Enter" && input.blur(), // the keys are the editor's again
      } });
    return { input, element: h("label.number", { title }, label, input, "px") };
  }

  #slider() {
    const [min, max] = RANGES.level;
    const title = t("Probability that this tool follows");
    const input = h("input", { type: "range", min, max, step: 1, title, "aria-label": title,
      on: { input: () => this.actions.setNumber("level", input.valueAsNumber) } });
    const output = h("output");
    return { input, output, element: h("label.level-field", { title }, input, output) };
  }

  /**
   * @param {object} tool The one in use.
   * @param {EditSettings} settings
   * @param {object} state `subtracts`, `original`, `canUndo`, `canRedo`, `canEdit` now.
   */
  update(tool, settings, { subtracts, original, canUndo, canRedo, canEdit }) {
    const options = tool.options ?? [];
    for (const [name, button] of this.tools) press(button, name === tool.name);
    this.name.textContent = tool.label;
    this.words.textContent = tool.words ?? "";
    this.size.element.hidden = !options.includes("size");
    this.level.element.hidden = !options.includes("level");
    this.subtract.hidden = !options.includes("subtract");
    press(this.subtract, subtracts);
    fill(this.size.input, settings.size);
    fill(this.reach.input, settings.reach);
    fill(this.level.input, settings.level);
    this.level.output.textContent = `p ≥ ${chance(settings.level)}`;
    for (const button of this.deeds) button.disabled = !canEdit;
    this.undo.disabled = !canUndo;
    this.redo.disabled = !canRedo;
    press(this.original, original);
  }
}

/** Show a number in its field, where it is not there already. */
function fill(input, value) {
  if (input.valueAsNumber !== value) input.value = value;
}
