import { Camera } from "./camera.js";
import { h } from "./dom.js";
import { EditCursor } from "./edit_cursor.js";
import { editGuide } from "./edit_keys.js";
import { EditPanel } from "./edit_panel.js";
import { EditPins } from "./edit_pins.js";
import { EditToolbar } from "./edit_toolbar.js";
import { hooksOf } from "./hooks.js";
import { PointerInput } from "./input.js";
import { parseColour } from "./masks.js";
import { Painter } from "./painter.js";
import { Slicer } from "./slices.js";
import { spotOf, Stage } from "./stage.js";
import { spokenLanguage, t } from "./texts.js";

const SAID_MS = 5000;

/** What an editor looks like: the viewer's stage with tools, labels at its side, decisions below. */
export class EditView {
  #picture = null;
  #image = null; // what the server says of it
  #reading = null;
  #saying = 0;

  /** @param {Editor} editor What everything is done by, and what is shown. */
  constructor(editor) {
    this.editor = editor;
    this.cursor = new EditCursor();
    this.pins = new EditPins();
  }

  /**
   * Put everything on the page.
   *
   * @param {Element} parent Holds the element of class "medviewer".
   */
  mount(parent) {
    this.#build();
    this.host = parent.querySelector(".medviewer");
    // STYLE is the style sheets in one, put in front of this code when it is bundled.
    this.host.replaceChildren(h("style", {}, STYLE), h("div.viewer-box", {}, this.root));
    this.painter = new Painter(this.stage.box, () => this.#look(), {
      renderer: new URLSearchParams(window.location.search).get("viewer"),
      onFrame: () => this.#afterFrame(),
    });
    this.camera = new Camera(this.painter, this.stage.box, () => this.#keepView());
    this.#listen();
    this.host.viewer = hooksOf(this.painter, (change) => this.camera.move(change));
    this.host.editor = this.editor;
  }

  #build() {
    const { editor } = this;
    this.stage = new Stage({
      zoomBy: (factor) => this.camera.zoomBy(factor),
      fit: () => this.camera.fit(),
      actualSize: () => this.camera.zoomTo(1),
      toggleHelp: () => this.toggleHelp(),
    }, new Slicer(() => {}));
    this.toolbar = new EditToolbar(editor.hand.tools, editor.deeds, {
      choose: (name) => editor.choose(name),
      setNumber: (name, value) => editor.setNumber(name, value),
      setSubtract: (subtract) => editor.set({ subtract }),
      act: (name) => editor.act(name),
      undo: () => editor.undo(),
      redo: () => editor.redo(),
      setOriginal: (on) => editor.setOriginal(on),
    });
    this.panel = new EditPanel({
      toggle: (id) => editor.toggle(id),
      solo: (id) => editor.set({ solo: editor.settings.solo === id ? null : id }),
      recolour: (id, hex) => editor.setLayer(id, { hex }),
      setOpacity: (opacity) => editor.set({ opacity }),
      setFill: (fill) => editor.set({ fill }),
      setOutline: (outline) => editor.set({ outline }),
      setOverlay: (overlay) => editor.set({ overlay }),
      activate: (id) => editor.activate(id),
      newLabel: (name) => editor.outbox.newLabel(name),
      copyFrom: (id) => editor.copyFrom(id),
    });
    this.#arrange();
  }

  #arrange() {
    const { box, element } = this.stage;
    this.originalNote = h("div.off-note", { hidden: true }, t("The AI's original · Q"));
    this.note = h("div.off-note.said", { hidden: true, role: "status" });
    box.prepend(this.cursor.element, this.pins.element);
    box.append(this.originalNote, this.note);
    const body = h("div.edit-body", {}, this.toolbar.rail);
    box.replaceWith(body);
    body.append(box);
    body.before(this.toolbar.element);
    this.root = h("div.viewer.editor", { lang: spokenLanguage() },
      element, this.panel.element, this.editor.bar.element);
  }

  #listen() {
    const { editor } = this;
    this.pointer = new PointerInput(this.stage.box, {
      zoom: (x, y, factor) => this.camera.zoomBy(factor, x, y),
      pan: (dx, dy) => this.camera.pan(dx, dy),
      hover: (x, y) => this.#hover([x, y]),
      leave: () => this.#hover(null),
      fit: () => editor.hand.doubleClick() || this.camera.fit(),
      slice: null,
      draw: {
        begin: (x, y, event) => editor.pointerDown([x, y], event),
        move: (places) => editor.hand.pointerMoved(places),
        end: () => editor.hand.pointerUp(),
        cancel: () => editor.hand.pointerLost(),
      },
      resize: (notches, event) => event.altKey && editor.keys.resize(notches),
    });
    // A click with the mouse leaves the focus alone, so that keys stay the editor's.
    this.root.addEventListener("click", (event) =>
      event.pointerType === "mouse" && event.target.closest("button")?.blur());
  }

  /** Show a picture {width, height, rgb} with the labels of a reading. */
  show(picture, { reading, image, shown }) {
    const { view } = this.painter;
    const isNew = reading !== this.#reading;
    this.#picture = picture;
    this.#image = image;
    this.#reading = reading;
    this.stage.waiting.hidden = true;
    this.stage.describe({ ...shown, image, hasModel: false });
    this.panel.setLayers(this.editor.model.layers);
    this.stage.setGuide(editGuide(this.editor.bar.keys, this.editor.readOnly));
    this.refresh();
    if (!isNew) return;
    view.restore(this.editor.settings.views.get(reading));
    this.stage.setSize(picture.width, picture.height, image.spacing);
    this.stage.box.style.setProperty("--shape", (picture.height * view.aspectY) / (picture.width * view.aspectX));
    this.stage.hover(null);
  }

  /** Bring every part in line with labels and settings. */
  refresh() {
    if (!this.#picture) return;
    const { settings, model, hand, canEdit, readOnly, original } = this.editor;
    const { layers, history } = model;
    this.root.classList.toggle("read-only", readOnly);
    this.root.classList.toggle("original", original);
    this.originalNote.hidden = !original || !settings.overlay;
    this.stage.off.hidden = settings.overlay || layers.length === 0;
    this.stage.box.classList.toggle("moving", hand.kind.name === "move" || readOnly);
    for (const layer of layers) this.panel.legend.update(layer.id, this.#rowState(layer));
    this.panel.update(settings, this.editor);
    this.toolbar.update(hand.kind, settings, {
      subtracts: hand.subtracts, original, canEdit,
      canUndo: canEdit && history.canUndo, canRedo: canEdit && history.canRedo,
    });
    hand.showBrush();
    this.painter.show(this.#picture, original ? model.originals : model.stack, this.#image.spacing);
  }

  #rowState({ id, index, colour }) {
    const { settings, model, active } = this.editor;
    const { on, hex } = settings.layer(id);
    const { spacing } = this.#image;
    const area = model.stack.area(index);
    return {
      hex: hex ?? colour, threshold: 128, area, total: model.width * model.height, rule: "independent",
      mm2: spacing && area * spacing[0] * spacing[1], contested: 0, atLeast: null,
      visible: settings.isVisible(id) && settings.overlay, switchedOn: on, solo: settings.solo === id,
      active: id === active, changes: model.changesOf(id), mark: this.editor.markOf(id),
    };
  }

  /** What the painter draws. */
  #look() {
    const { settings, model, original } = this.editor;
    const layers = model.layers.map(({ id, colour, threshold }) => ({
      colour: parseColour(settings.layer(id).hex ?? colour), visible: settings.isVisible(id),
      threshold: original ? threshold : 1,
    }));
    return { overlay: settings.overlay, style: settings.style, rule: "independent", layers };
  }

  #keepView() {
    this.editor.settings.views.set(this.#reading, this.painter.view.save());
  }

  #afterFrame() {
    const { view, ratio } = this.painter;
    this.stage.follow(view, this.#image.spacing, ratio);
    this.cursor.follow(view, ratio);
    this.pins.follow(view, ratio);
    this.host.dataset.generation = this.painter.generation;
  }

  toggleHelp() {
    this.stage.help.hidden = !this.stage.help.hidden;
  }

  /** Tell the reader something, for a moment. */
  say(text) {
    this.note.textContent = text;
    this.note.hidden = false;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => (this.note.hidden = true), SAID_MS);
  }

  /** The read-out for a point in CSS pixels, or none. */
  #hover(place) {
    if (!this.#picture) return;
    this.editor.hand.hover(place);
    const pixel = place && this.camera.pixel(...place);
    if (!pixel) {
      this.stage.hover(null);
      this.panel.legend.probe(null);
      return;
    }
    const at = pixel[1] * this.#picture.width + pixel[0];
    const chances = this.editor.model.layers.map(({ id, colour, shown, probability }) =>
      ({ id, shown, hex: this.editor.settings.layer(id).hex ?? colour, value: probability.values[at] }));
    this.panel.legend.probe(new Map(chances.map(({ id, value }) => [id, value])));
    this.stage.hover(spotOf(this.#picture, pixel, chances));
  }

  destroy() {
    clearTimeout(this.#saying);
    this.painter.destroy();
  }
}
