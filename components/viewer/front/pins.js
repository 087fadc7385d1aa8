import { h, iconButton } from "./dom.js";
import { t } from "./texts.js";

/** Comments at points of the picture: placed with a click, typed, listed, and taken away. */
export class Pins {
  #place = null; // where the comment that is being typed belongs
  #shown = "";

  constructor(editor, outbox) {
    Object.assign(this, { editor, outbox });
    this.add = h("button.quiet", { type: "button", title: t("Click a point of the picture, then type (M)"),
      on: { click: () => this.start() } }, t("Comment at a point"), h("kbd", {}, "M"));
    this.text = h("input", { type: "text", maxLength: 2000, placeholder: t("What is to be seen there?"),
      "aria-label": t("Comment at this point"),
      on: { keydown: (event) => event.key === "Escape" && this.#close() } });
    this.form = h("form.pin-form", { hidden: true, on: { submit: (event) => this.#submit(event) } },
      this.text, h("button.quiet", {}, t("Add")));
    this.list = h("ol.pin-list", { "aria-label": t("Comments at points") });
    this.element = h("div.pin-notes", {}, this.add, this.form, this.list);
  }

  /** Ask for a point, then for the words. */
  async start() {
    this.add.setAttribute("aria-pressed", "true");
    const place = await this.editor.pick();
    this.add.setAttribute("aria-pressed", "false");
    if (!place) return;
    this.#place = place;
    this.form.hidden = false;
    // The place is known when the button goes down; the picture takes the focus right after that.
    window.addEventListener("pointerup", () => this.text.focus(), { once: true });
  }

  /** @param {boolean} canAdd Whether comments can be changed. */
  update(canAdd) {
    this.add.disabled = !canAdd;
    const { pins } = this.outbox;
    const shown = JSON.stringify([canAdd, pins]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.list.replaceChildren(...pins.map((pin) => this.#row(pin, canAdd)));
    this.editor.setPins(pins, (id) => this.#point(pins.findIndex((pin) => pin.id === id)));
  }

  #row(pin, canAdd) {
    const remove = iconButton("close", t("Remove this comment"), () => this.outbox.unpin(pin), "tool.remove");
    remove.hidden = !canAdd;
    return h("li", { tabIndex: -1 }, h("span.pin-text", {}, pin.text), remove);
  }

  #point(index) {
    this.list.children[index]?.focus();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    if (text) this.outbox.pin(this.#place.row, this.#place.column, text);
    this.#close();
  }

  #close() {
    this.text.value = "";
    this.text.blur();
    this.form.hidden = true;
  }
}
