import { actionList } from "./edit_actions.js";
import { EditHand } from "./edit_hand.js";
import { EditKeys } from "./edit_keys.js";
import { asMask, EditLayers, overwrite } from "./edit_layers.js";
import { EditSettings } from "./edit_settings.js";
import { applyOnce } from "./edit_tools.js";
import { EditView } from "./edit_view.js";
import { Replies } from "./replies.js";
import { Loader } from "./scene.js";
import { t } from "./texts.js";

const MOST_LABELS = 16; // one bit of a 16-bit code each, see masks.js

/** The viewer with masks that can be changed: what the reader and the server may ask of it. */
export class Editor {
  #loader = new Loader();
  #turn = 0; // counts the server's messages: only the newest may reach the screen
  #data = null;
  #picking = null; // takes a place that is asked for
  #marks = new Map(); // id -> word in the label's row
  original = false; // the AI's own masks are on show

  /**
   * @param {Element} parent Holds the element of class "medviewer".
   * @param {object} data The server's message.
   * @param {(editor: Editor) => {outbox, bar}} join What keeps the work, and where it is decided on:
   *     `outbox` has drawn(id, mask, width, height), newLabel(name), update(component), destroy();
   *     `bar` has element, keys, key(key), activated(id), update(component), destroy().
   */
  constructor(parent, data, join) {
    this.settings = EditSettings.of(data.key);
    this.replies = new Replies(this.settings);
    this.deeds = new Map(actionList().map((deed) => [deed.name, deed]));
    this.view = new EditView(this);
    this.hand = new EditHand(this.settings, this.view.cursor, this);
    const { outbox, bar } = join(this);
    Object.assign(this, { outbox, bar });
    this.view.mount(parent);
    this.keys = new EditKeys(this);
  }

  /** Take the server's newest message; the screen changes when everything for it is there. */
  async update(component) {
    const { data, setTriggerValue } = component;
    const { layers } = data;
    this.replies.use(setTriggerValue);
    const turn = ++this.#turn;
    this.view.host.dataset.state = "loading";
    const isKnown = (id) => this.settings.model?.reading === data.reading && this.settings.model.has(id);
    const hashes = [data.image.hash, ...layers.flatMap(({ probability, mask }) => [probability, mask])];
    this.replies.askForLosses(hashes);
    const [picture, maps, masks] = await Promise.all([
      this.#loader.picture(data.image.hash),
      Promise.all(layers.map(({ probability }) => this.#loader.mask(probability))),
      Promise.all(layers.map(({ id, mask }) => (isKnown(id) ? null : this.#loader.mask(mask)))),
    ]);
    if (turn !== this.#turn) return;
    this.#data = data;
    this.#take(picture, maps, masks.map((mask) => mask && asMask(mask.values)));
    this.#loader.keep(hashes);
    this.outbox.update(component);
    this.bar.update(component);
    this.bar.activated(this.active);
    this.view.show(picture, data);
    this.view.painter.paint();
    this.view.host.dataset.state = "ready";
  }

  #take(picture, maps, masks) {
    const { settings } = this;
    const { reading, layers } = this.#data;
    if (this.model?.reading !== reading) {
      this.hand.drop();
      this.original = false;
      settings.model = new EditLayers(reading, picture.width, picture.height);
    }
    // A label that comes to a reading was asked for by its reader, who goes on with it.
    const added = this.model.layers.length > 0 && layers.find(({ id }) => !this.model.has(id));
    this.model.onTouched = () => this.view.painter.refresh();
    this.model.take(layers, maps, masks);
    settings.keepLayers(layers.map(({ id }) => id));
    if (added) settings.active = added.id;
    if (!this.layer) settings.active = layers[0]?.id ?? null;
  }

  get model() {
    return this.settings.model;
  }

  get readOnly() {
    return Boolean(this.#data?.read_only);
  }

  /** Id of the label that is edited, or null. */
  get active() {
    return this.layer?.id ?? null;
  }

  /** The label that is edited, or null. */
  get layer() {
    return this.model?.layer(this.settings.active) ?? null;
  }

  get colour() {
    return this.settings.layer(this.active).hex ?? this.layer.colour;
  }

  activate(id) {
    this.hand.drop();
    this.settings.active = id;
    this.bar.activated(id);
    this.refresh();
  }

  /** The live mask of a label, Uint8Array 0 and 1. */
  maskOf(id) {
    return this.model.maskOf(id);
  }

  isEdited(id) {
    return this.model.isEdited(id);
  }

  /** Show another mask, such as a draft; it can be undone, and nobody is told that it was drawn. */
  setMask(id, mask) {
    this.hand.drop();
    const change = this.model.begin(id);
    change.apply((now, width, height) => overwrite(now, width, height, mask));
    change.end();
    this.refresh();
  }

  /** The mask that the server has now: promise of a Uint8Array 0 and 1. */
  async storedMask(id) {
    const { mask } = this.#data.layers.find((layer) => layer.id === id);
    return asMask((await this.#loader.mask(mask)).values);
  }

  /** The next place that is clicked: promise of {row, column}, or of null on Escape. */
  pick() {
    this.#picking?.(null);
    this.view.stage.box.classList.add("picking");
    return new Promise((resolve) => {
      this.#picking = (place) => {
        this.#picking = null;
        this.view.stage.box.classList.remove("picking");
        resolve(place);
      };
    });
  }

  /** Stop asking for a place; whether one was asked for. */
  stopPicking() {
    const wasPicking = this.#picking !== null;
    this.#picking?.(null);
    return wasPicking;
  }

  setPins(pins, onClick) {
    this.view.pins.set(pins, onClick);
    this.view.painter.refresh();
  }

  /** A short word in the label's row, such as its verdict; "" takes it away. */
  mark(id, word) {
    this.#marks.set(id, word);
    this.refresh();
  }

  markOf(id) {
    return this.#marks.get(id) ?? "";
  }

  get canEdit() {
    return Boolean(this.layer) && !this.readOnly && !this.original;
  }

  get canAdd() {
    return Boolean(this.model) && !this.readOnly && this.model.layers.length < MOST_LABELS;
  }

  /** Whether the label may be changed now; if so it is on show. */
  ready() {
    if (!this.canEdit) {
      if (this.original) this.say(t("This is the AI's original. Switch back to go on drawing."));
      return false;
    }
    const { settings, active } = this;
    if (settings.overlay && settings.isVisible(active)) return true;
    Object.assign(settings, { overlay: true, solo: null });
    this.setLayer(active, { on: true });
    return true;
  }

  /** A mask was changed. */
  changed(id) {
    const { width, height } = this.model;
    this.refresh();
    this.outbox.drawn(id, this.model.maskOf(id), width, height);
  }

  undo() {
    this.#step((model) => model.undo());
  }

  redo() {
    this.#step((model) => model.redo());
  }

  #step(go) {
    if (!this.canEdit) return;
    this.hand.drop();
    const id = go(this.model);
    if (id === null) return;
    if (id !== this.active) this.activate(id);
    this.changed(id);
  }

  /** Do something to the whole mask. */
  act(name) {
    const changed = applyOnce(this.hand, this.deeds.get(name).paint(this.settings.reach));
    if (!changed && this.canEdit) this.say(t("Nothing to change in this mask."));
  }

  /** Take over the mask of another label. */
  copyFrom(id) {
    const source = this.model.maskOf(id);
    applyOnce(this.hand, (mask, width, height) => overwrite(mask, width, height, source));
  }

  choose(name) {
    this.hand.choose(name);
    this.refresh();
  }

  setNumber(name, value) {
    this.settings.setNumber(name, value);
    this.refresh();
  }

  /** Show the AI's own masks instead, or the edited ones again. */
  setOriginal(on) {
    this.hand.drop();
    this.original = on;
    this.refresh();
  }

  set(changes) {
    Object.assign(this.settings, changes);
    this.refresh();
  }

  setLayer(id, changes) {
    Object.assign(this.settings.layer(id), changes);
    this.refresh();
  }

  /** Show or hide a label; while one is shown alone, that ends first. */
  toggle(id) {
    const visible = this.settings.isVisible(id);
    this.settings.solo = null;
    this.setLayer(id, { on: !visible });
  }

  /** Whether a pointer that goes down here draws; otherwise it moves the picture. */
  pointerDown([x, y], event) {
    if (this.#picking) {
      const pixel = this.camera.pixel(x, y);
      if (pixel) this.#picking({ column: pixel[0], row: pixel[1] });
      return false;
    }
    if (this.readOnly || this.keys.takeSpace()) return false;
    return this.hand.pointerDown([x, y], event);
  }

  refresh() {
    this.view.refresh();
  }

  say(text) {
    this.view.say(text);
  }

  get camera() {
    return this.view.camera;
  }

  destroy() {
    this.#turn += 1;
    this.hand.drop();
    this.keys.destroy();
    this.outbox.destroy();
    this.bar.destroy();
    this.view.destroy();
    this.#loader.keep([]);
  }
}
