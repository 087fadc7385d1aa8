import { toolList } from "./edit_tools.js";

const PEN_ERASER_BIT = 32; // of `buttons`: the back end of a pen touches

/** The tool that the reader holds: turns what the pointer does into changes of the label that is edited. */
export class EditHand {
  #tool = null; // what is in use, or null for moving the picture
  #alt = false; // the Alt key is held
  #penEraser = false;
  #working = false; // the pointer that is down changes something

  /**
   * @param {EditSettings} settings
   * @param {EditCursor} cursor
   * @param {object} desk `layer` that is edited or null, its `colour`, `model`, `camera`, `canEdit`;
   *     ready() (whether it may be edited now; shows it), changed(id) after a change, say(text).
   */
  constructor(settings, cursor, desk) {
    Object.assign(this, { settings, cursor, desk });
    this.tools = new Map(toolList().map((tool) => [tool.name, tool]));
    this.byKey = new Map(toolList().map(({ key, name }) => [key, name]));
    this.choose(this.tools.has(settings.tool) ? settings.tool : "brush");
  }

  /** What the tool in use is called and has: see edit_tools.js. */
  get kind() {
    return this.tools.get(this.settings.tool);
  }

  choose(name) {
    this.drop();
    this.settings.tool = name;
    this.settings.remember();
    this.#tool = this.kind.make?.(this) ?? null;
  }

  /** Leave what is half done. */
  drop() {
    this.#tool?.cancel();
    this.#working = false;
  }

  /** Whether Alt is held; true when that is news. */
  setAlt(alt) {
    const isNew = alt !== this.#alt;
    this.#alt = alt;
    return isNew;
  }

  /** Show the brush as it is now, or none. */
  showBrush() {
    const { size } = this.settings;
    const hasSize = this.desk.canEdit && this.kind.options?.includes("size");
    this.cursor.setBrush(!hasSize ? null
      : { size, colour: this.desk.colour, subtracts: this.subtracts || this.kind.name === "eraser" });
  }

  // For the pointer: see PointerInput. Places are CSS pixels.

  pointerDown(place, event) {
    this.#penEraser = Boolean(event.buttons & PEN_ERASER_BIT);
    this.setAlt(event.altKey);
    if (!this.#tool) return false;
    this.#working = this.desk.ready();
    if (this.#working) this.#tool.begin(this.#point(place));
    return true;
  }

  pointerMoved(places) {
    this.cursor.point(places.at(-1));
    if (this.#working) this.#tool.move(places.map((place) => this.#point(place)));
  }

  pointerUp() {
    if (this.#working) this.#tool.end();
    this.#working = false;
  }

  /** The pointer was meant for something else, such as zooming with two fingers. */
  pointerLost() {
    if (this.#tool.interrupt) this.#tool.interrupt();
    else this.drop();
    this.#working = false;
  }

  hover(place) {
    this.cursor.point(place);
    if (place) this.#tool?.hover?.(this.#point(place));
  }

  /** Whether a double click belongs to the tool. */
  doubleClick() {
    this.#tool?.doubleClick?.();
    return this.#tool !== null;
  }

  /** Whether the tool needs this key now. */
  key(key) {
    return this.#tool?.key?.(key) ?? false;
  }

  #point([x, y]) {
    return this.desk.camera.imagePoint(x, y);
  }

  // For the tools: see edit_tools.js.

  get layer() {
    return this.desk.layer;
  }

  get subtracts() {
    return this.settings.subtract || this.#alt || this.#penEraser;
  }

  get radius() {
    return this.settings.size / 2;
  }

  get level() {
    return this.settings.level;
  }

  begin() {
    return this.desk.ready() ? this.desk.model.begin(this.layer.id) : null;
  }

  /** Whether the change has changed anything. */
  commit(change) {
    const changed = change.end();
    if (changed) this.desk.changed(change.id);
    return changed;
  }

  say(text) {
    this.desk.say(text);
  }
}
