import { DrawingControls } from "./controls.js";
import { h, icon } from "./dom.js";
import { Legend, LegendRow } from "./legend.js";
import { count } from "./numbers.js";
import { t } from "./texts.js";

/** A label in the list: whether it is the one that is edited, and how it differs from the AI's. */
class EditRow extends LegendRow {
  constructor(id, actions) {
    super(id, actions);
    const name = h("button.phrase", { type: "button", on: { click: () => actions.activate(id) } });
    this.phrase.replaceWith(name);
    this.phrase = name;
    this.mark = h("span.verdict", { hidden: true });
    this.changes = h("div.changes", { hidden: true });
    this.level.before(this.mark);
    this.area.after(this.changes);
    this.element.addEventListener("click", (event) => {
      if (!event.target.closest("button, input, .swatch")) actions.activate(id);
    });
  }

  /** @param {object} state See `rowState` in levels.js, with `active`, `changes` and `mark`. */
  update({ active, changes: { added, removed }, mark, ...state }) {
    super.update(state);
    this.fold.hidden = true;
    this.element.classList.toggle("active", active);
    this.phrase.setAttribute("aria-pressed", String(active));
    if (state.area === 0) this.area.textContent = t("empty");
    this.changes.hidden = added + removed === 0;
    this.changes.replaceChildren(h("span.edited", {}, t("edited")),
      ...(added > 0 ? [h("span", { title: t("Pixels that the AI did not have") }, `+${count(added)} px`)] : []),
      ...(removed > 0 ? [h("span", { title: t("Pixels that only the AI had") }, `−${count(removed)} px`)] : []));
    this.mark.hidden = mark === "";
    this.mark.textContent = mark;
  }
}

/** The calm part beside the picture: how masks are drawn, the labels, and where new ones come from. */
export class EditPanel {
  /**
   * @param {object} actions What Legend and DrawingControls need, and activate(id), newLabel(name),
   *     copyFrom(id).
   */
  constructor(actions) {
    this.actions = actions;
    this.legend = new Legend(actions, EditRow);
    this.controls = new DrawingControls(actions);
    this.#newLabel();
    this.#copy();
    this.more = h("div.more", {}, h("div.buttons", {}, this.openNew, this.openCopy), this.newForm, this.copyForm);
    this.element = h("aside.panel.edit-panel", { "aria-label": t("Labels") },
      this.controls.element, this.legend.element, this.more);
  }

  #newLabel() {
    this.openNew = opener("plus", t("New label"), t("Start a label with an empty mask (J)"),
      () => this.unfold("new"));
    this.phrase = h("input", { type: "text", maxLength: 200, required: true,
      placeholder: t("What is it a mask of?"), "aria-label": t("Name of the new label") });
    this.newForm = h("form.unfolded", { hidden: true, on: { submit: (event) => {
      event.preventDefault();
      this.actions.newLabel(this.phrase.value.trim());
      this.phrase.value = "";
      this.unfold(null);
    } } }, this.phrase, h("button.download", {}, t("Add")));
    this.newForm.addEventListener("keydown", (event) => event.key === "Escape" && this.unfold(null));
  }

  #copy() {
    this.openCopy = opener("copy", t("Copy from"), t("Take over the mask of another label (D)"),
      () => this.unfold("copy"));
    this.source = h("select", { "aria-label": t("Label to copy from") });
    this.copyForm = h("form.unfolded", { hidden: true, on: { submit: (event) => {
      event.preventDefault();
      this.actions.copyFrom(this.source.value);
      this.unfold(null);
    } } }, this.source, h("button.download", {}, t("Copy")));
    this.copyForm.addEventListener("keydown", (event) => event.key === "Escape" && this.unfold(null));
  }

  /** Show one of the two forms, or none; a second time it goes away. */
  unfold(which) {
    const forms = [["new", this.openNew, this.newForm], ["copy", this.openCopy, this.copyForm]];
    for (const [name, button, form] of forms) {
      form.hidden = name !== which || !form.hidden || button.disabled;
      button.setAttribute("aria-expanded", String(!form.hidden));
      if (!form.hidden) form.elements[0].focus();
    }
  }

  /** @param {{id, shown}[]} layers */
  setLayers(layers) {
    this.legend.setLayers(layers);
    this.controls.element.hidden = layers.length === 0;
  }

  /**
   * @param {EditSettings} settings
   * @param {Editor} editor
   */
  update(settings, { model: { layers }, active, canEdit, canAdd }) {
    this.controls.update(settings);
    this.more.hidden = !canEdit && !canAdd;
    this.openNew.disabled = !canAdd;
    const others = layers.filter(({ id }) => id !== active);
    this.openCopy.disabled = !canEdit || others.length === 0;
    const before = this.source.value;
    this.source.replaceChildren(...others.map(({ id, shown }) => h("option", { value: id }, shown.phrase)));
    if (others.some(({ id }) => id === before)) this.source.value = before;
  }
}

function opener(name, label, title, click) {
  return h("button.download", { type: "button", title, "aria-expanded": "false", on: { click } }, icon(name), label);
}
