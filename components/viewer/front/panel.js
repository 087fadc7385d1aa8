import { h, icon, press } from "./dom.js";

/** The calm part beside the picture: how masks are drawn, the legend, and the downloads. */
export class Panel {
  /**
   * @param {object} actions setOpacity(percent), setFill(on), setOutline(on), setOverlay(on),
   *     setCaption(on), download(what).
   */
  constructor(actions, legend) {
    this.actions = actions;
    this.opacity = h("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": "Opacity of the masks",
      on: { input: () => actions.setOpacity(Number(this.opacity.value)) } });
    this.opacityText = h("output.value");
    this.fill = this.#switch("Fill", "Tint the inside of the masks", actions.setFill);
    this.outline = this.#switch("Outline", "Draw the edge of the masks (o)", actions.setOutline);
    this.overlay = this.#switch("Masks", "Show the masks (space)", actions.setOverlay);
    this.controls = h("div.controls", {},
      h("div.switches", { role: "group", "aria-label": "Drawing" }, this.overlay, this.fill, this.outline),
      h("label.opacity", {}, h("span", {}, "Opacity"), this.opacity, this.opacityText));
    this.#downloads();
    this.element = h("aside.panel", { "aria-label": "Masks" },
      this.controls, legend.element, this.downloads);
  }

  #switch(text, title, set) {
    const button = h("button.switch", { type: "button", title,
      on: { click: () => set(button.getAttribute("aria-pressed") !== "true") } }, text);
    return button;
  }

  #downloads() {
    this.caption = h("input", { type: "checkbox", on: { change: () => this.actions.setCaption(this.caption.checked) } });
    this.items = h("div.items");
    this.message = h("p.message", { role: "status" });
    this.menu = h("div.menu", { hidden: true, role: "group", "aria-label": "Downloads",
      on: { keydown: (event) => event.key === "Escape" && this.#open(false) } },
      h("label.caption", {}, this.caption, "Caption below the overlay picture"), this.items, this.message);
    this.openMenu = h("button.download", { type: "button", "aria-expanded": "false",
      on: { click: () => this.#open(this.menu.hidden) } }, icon("download"), "Download");
    this.downloads = h("div.downloads", {}, this.menu, this.openMenu);
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
      item("everything", "Everything", h("small", {}, "ZIP")),
      item("overlay", "Overlay", h("small", {}, "PNG")),
      ...layers.map(({ index, phrase }) =>
        item(index, h("span.phrase", {}, `Mask: ${phrase}`), h("small", {}, "PNG"))));
    this.controls.hidden = this.downloads.hidden = layers.length === 0;
  }

  async #download(button, what) {
    button.disabled = true;
    this.message.textContent = "Writing the file…";
    try {
      this.message.textContent = `Saved ${await this.actions.download(what)}`;
    } catch (problem) {
      this.message.textContent = `The file could not be written (${problem.message}). Try one file at a time.`;
    }
    button.disabled = false;
  }

  update({ opacity, fill, outline, overlay, caption }) {
    if (Number(this.opacity.value) !== opacity) this.opacity.value = opacity;
    this.opacity.style.setProperty("--part", `${opacity}%`);
    this.opacityText.textContent = `${opacity} %`;
    press(this.fill, fill);
    press(this.outline, outline);
    press(this.overlay, overlay);
    this.caption.checked = caption;
  }
}
