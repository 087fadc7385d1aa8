import { DrawingControls } from "./controls.js";
import { h, icon, press } from "./dom.js";
import { t } from "./texts.js";

const MEASURED = {
  used: () => t("The numbers below use what is on screen."),
  due: () => t("Changed: press Measure to use this for the numbers below."),
};

/** The calm part beside the picture: how masks are drawn, the legend, and the downloads. */
export class Panel {
  /**
   * @param {object} actions setOpacity(percent), setFill(on), setOutline(on), setOverlay(on),
   *     setRule(rule), setCaption(on), measure(), download(what).
   */
  constructor(actions, legend) {
    this.actions = actions;
    this.controls = new DrawingControls(actions, this.#overlaps());
    this.#downloads();
    this.element = h("aside.panel", { "aria-label": t("Masks") },
      this.controls.element, legend.element, this.downloads);
  }

  #overlaps() {
    const choice = (rule, text, title) => h("button.switch", { type: "button", title,
      on: { click: () => this.actions.setRule(rule) } }, text);
    this.rules = {
      independent: choice("independent", t("Each keeps its own"),
        t("Each phrase keeps all its pixels. Where phrases overlap, a pixel counts for each of them.")),
      highest: choice("highest", t("One label"),
        t("A pixel belongs to the phrase with the highest probability there, among those whose threshold " +
          "it reaches. Hidden phrases take part too: they are only not drawn.")),
    };
    this.overlaps = h("div.overlaps", { role: "group", "aria-label": t("Overlaps") }, h("span", {}, t("Overlaps")),
      h("div.switches", {}, this.rules.independent, this.rules.highest));
    return this.overlaps;
  }

  #downloads() {
    this.caption = h("input", { type: "checkbox", on: { change: () => this.actions.setCaption(this.caption.checked) } });
    this.items = h("div.items");
    this.message = h("p.message", { role: "status" });
    this.menu = h("div.menu", { hidden: true, role: "group", "aria-label": t("Downloads"),
      on: { keydown: (event) => event.key === "Escape" && this.#open(false) } },
      h("label.caption", {}, this.caption, t("Caption below the overlay picture")), this.items, this.message);
    this.openMenu = h("button.download", { type: "button", "aria-expanded": "false",
      on: { click: () => this.#open(this.menu.hidden) } }, icon("download"), t("Download"));
    this.measure = h("button.download", { type: "button",
      title: t("Use the thresholds and the rule for overlaps that are on screen for the numbers below"),
      on: { click: this.actions.measure } }, icon("measure"), t("Measure"));
    this.levels = h("p.levels", { role: "status" });
    this.downloads = h("div.downloads", {}, this.menu,
      h("div.buttons", {}, this.measure, this.openMenu), this.levels);
  }

  #open(open) {
    this.menu.hidden = !open;
    this.openMenu.setAttribute("aria-expanded", String(open));
    this.message.textContent = "";
    if (!open) this.openMenu.focus();
  }

  /** Close the menu when the user points elsewhere. */
  pointedAt(path) {
    if (!this.menu.hidden && !path.includes(this.downloads)) {
      this.menu.hidden = true;
      this.openMenu.setAttribute("aria-expanded", "false");
    }
  }

  /** One entry a file; the masks by their phrases. */
  setLayers(layers) {
    const item = (what, ...text) => h("button.item", { type: "button",
      on: { click: (event) => this.#download(event.currentTarget, what) } }, ...text);
    this.items.replaceChildren(
      item("everything", t("Everything"), h("small", {}, "ZIP")),
      item("overlay", t("Overlay"), h("small", {}, "PNG")),
      ...layers.map(({ index, shown: { phrase }, scale }) => item(index,
        h("span.phrase", {}, scale ? t("Map: {phrase}", { phrase }) : t("Mask: {phrase}", { phrase })),
        h("small", {}, "PNG"))));
    this.controls.element.hidden = this.downloads.hidden = layers.length === 0;
    const cut = layers.filter(({ scale }) => !scale).length;
    this.overlaps.hidden = cut < 2;
    this.measurable = cut > 0;
  }

  async #download(button, what) {
    button.disabled = true;
    this.message.textContent = t("Writing the file…");
    try {
      this.message.textContent = t("Saved {file}", { file: await this.actions.download(what) });
    } catch (problem) {
      this.message.textContent = t("The file could not be written ({reason}). Try one file at a time.",
        { reason: problem.message });
    }
    button.disabled = false;
  }

  /**
   * @param {Settings} settings
   * @param {"none" | "used" | "due" | null} levels Whether the server's numbers use what is on screen:
   *     nothing was changed, they do, they do not; null offers no measuring.
   */
  update(settings, levels) {
    const { caption, rule } = settings;
    this.controls.update(settings);
    this.caption.checked = caption;
    for (const [name, button] of Object.entries(this.rules)) press(button, name === rule);
    this.measure.hidden = levels === null || !this.measurable;
    this.measure.classList.toggle("due", levels === "due");
    const words = (!this.measure.hidden && MEASURED[levels]?.()) || "";
    if (this.levels.textContent !== words) this.levels.textContent = words;
  }
}
