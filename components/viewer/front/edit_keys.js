import { actionList } from "./edit_actions.js";
import { toolList } from "./edit_tools.js";
import { HoldKey, listenForKeys } from "./input.js";
import { t } from "./texts.js";

/** What the help of an editor says. Keys of decisions come from their bar. */
export function editGuide(more, readOnly) {
  const own = readOnly ? [] : [...drawingKeys(), ...[...toolList(), ...actionList()].map(
    ({ key, label }) => [key.toUpperCase(), label])];
  return {
    keys: [...more, ...own, ...viewKeys()],
    words: readOnly ? t("Wheel: zoom to the pointer. Drag: move. Double click: fit.")
      : t("Wheel: zoom to the pointer. " +
        "Drag with the middle button, with two fingers, or with the space bar held: move."),
  };
}

const drawingKeys = () => [
  ["Ctrl+Z  Ctrl+Y", t("undo, redo")],
  ["[  ]", t("size of the brush; also Alt and wheel")],
  ["U", t("take away instead of adding, until switched back")],
  ["Alt", t("take away instead of adding, while held")],
  ["J", t("new label")],
  ["D", t("copy the mask of another label")],
];

const viewKeys = () => [
  [",  .", t("label before, label after")],
  ["Q", t("the AI's original, while held; tap to switch")],
  ["1 – 9", t("show or hide a phrase")],
  [t("space"), t("hide the masks while held; tap to switch")],
  ["o", t("outline")],
  ["+  −", t("zoom")],
  ["0", t("fit")],
  ["h  ?", t("this list")],
];

const SIZE_STEP = 1.2; // by which one key press changes the brush

/** The keys of an editor. */
export class EditKeys {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.spaceBar = new HoldKey(() => editor.set({ overlay: !editor.settings.overlay }));
    this.originalKey = new HoldKey(() => editor.setOriginal(!editor.original));
    this.deedKeys = new Map(actionList().map(({ key, name }) => [key, name]));
    const stop = listenForKeys(editor.view.root, (key) => this.#key(key), (key) => this.#up(key),
      (key, shift) => this.#chord(key.toLowerCase(), shift));
    const alt = (event) => event.key === "Alt" && this.#alt(event);
    for (const name of ["keydown", "keyup"]) window.addEventListener(name, alt, true);
    this.destroy = () => {
      stop();
      for (const name of ["keydown", "keyup"]) window.removeEventListener(name, alt, true);
    };
  }

  /** Whether the space bar is held, then to move the picture and not to hide the masks. */
  takeSpace() {
    const { isDown } = this.spaceBar;
    this.spaceBar.revoke();
    return isDown;
  }

  /** Make the brush larger or smaller; false for a tool that has no size. */
  resize(steps) {
    if (!this.editor.hand.kind.options?.includes("size")) return false;
    const { size } = this.editor.settings;
    const wanted = size * SIZE_STEP ** steps;
    this.editor.setNumber("size", steps > 0 ? Math.max(wanted, size + 1) : Math.min(wanted, size - 1));
    return true;
  }

  #key(key) {
    const { editor } = this;
    if (key === "Escape" && !editor.view.stage.help.hidden) {
      editor.view.toggleHelp();
      return true;
    }
    return (key === "Escape" && editor.stopPicking()) || editor.hand.key(key) || this.#viewKey(key) ||
      (!editor.readOnly && this.#drawingKey(key.toLowerCase())) || editor.bar.key(key);
  }

  #viewKey(key) {
    const { editor } = this;
    const { layers } = editor.model ?? { layers: [] };
    const layer = layers[Number(key) - 1];
    if (/^[1-9]$/.test(key)) layer && editor.toggle(layer.id);
    else if (key === " ") this.spaceBar.down();
    else if (key === "q" || key === "Q") this.originalKey.down();
    else if (key === "o" || key === "O") editor.set({ outline: !editor.settings.outline });
    else if (key === "+" || key === "=") editor.camera.zoomBy(1.25);
    else if (key === "-" || key === "_") editor.camera.zoomBy(0.8);
    else if (key === "0") editor.camera.fit();
    else if (key === "h" || key === "H" || key === "?") editor.view.toggleHelp();
    else if (key === "," || key === ".") this.#neighbour(key === "." ? 1 : -1);
    else return false;
    return true;
  }

  #drawingKey(key) {
    const { editor } = this;
    if (editor.hand.byKey.has(key)) editor.choose(editor.hand.byKey.get(key));
    else if (this.deedKeys.has(key)) editor.act(this.deedKeys.get(key));
    else if (key === "[" || key === "]") return this.resize(key === "]" ? 1 : -1);
    else if (key === "u") editor.set({ subtract: !editor.settings.subtract });
    else if (key === "j") editor.view.panel.unfold("new");
    else if (key === "d") editor.view.panel.unfold("copy");
    else return false;
    return true;
  }

  #neighbour(step) {
    const { model, layer } = this.editor;
    if (layer) this.editor.activate(model.layers.at((layer.index + step) % model.layers.length).id);
  }

  #chord(key, shift) {
    if (key === "z") shift ? this.editor.redo() : this.editor.undo();
    else if (key === "y") this.editor.redo();
    else return false;
    return true;
  }

  #up(key) {
    if (key === " ") this.spaceBar.up();
    if (key === "q" || key === "Q") this.originalKey.up();
  }

  /** Alt takes away while it is held; some browsers would open their menu for it. */
  #alt(event) {
    const { editor } = this;
    if (!editor.hand.setAlt(event.type === "keydown")) return;
    if (editor.view.root.matches(":hover")) event.preventDefault();
    editor.refresh();
  }
}
