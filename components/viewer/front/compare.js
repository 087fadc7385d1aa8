import { comparisonFile } from "./compare_export.js";
import { CompareModel } from "./compare_model.js";
import { PARTS } from "./compare_numbers.js";
import { CompareSettings } from "./compare_settings.js";
import { Side } from "./compare_side.js";
import { CompareControls, CompareStage } from "./compare_stage.js";
import { CompareTable } from "./compare_table.js";
import { h } from "./dom.js";
import { save } from "./export.js";
import { listenForKeys } from "./input.js";
import { mounting } from "./mounting.js";
import { count } from "./numbers.js";
import { Replies } from "./replies.js";
import { hashesOf, Loader, Scene } from "./scene.js";
import { Settings } from "./settings.js";
import { Divider } from "./swipe.js";
import { spokenLanguage, t } from "./texts.js";

const MODE_KEYS = { s: "side", w: "swipe", d: "difference" };
const LIKELY = 3; // phrases in the read-out

/** Two results of one picture: linked views, a divider, the difference, and live numbers. */
class Comparison {
  #loader = new Loader();
  #turn = 0; // counts the server's messages: only the newest may reach the screen

  constructor(parent, data) {
    this.settings = CompareSettings.of(data.key);
    this.model = new CompareModel(this.settings);
    this.replies = new Replies(this.settings);
    this.divider = new Divider((divider) => this.#set({ divider }));
    this.a = this.#side("a");
    this.b = this.#side("b");
    this.sides = [this.a, this.b];
    this.b.join(this.a);
    this.stage = new CompareStage({
      setMode: (mode) => this.#set({ mode }),
      setPair: (pair) => this.#set({ pair }),
      zoomBy: (factor) => this.#zoomBy(factor),
      fit: () => this.#fit(),
      actualSize: () => this.#zoomTo(1),
    }, [this.a.caption, this.b.caption, this.b.box, this.a.box, this.divider.element]);
    this.table = new CompareTable({
      toggle: (row) => this.#toggle(row),
      setThreshold: (side, layer, threshold) => this.#setThreshold(side, layer, threshold),
    });
    this.controls = new CompareControls({
      set: (changes) => this.#set(changes),
      savePicture: () => this.#savePicture(),
      sendLevels: () => this.replies.send("levels", this.model.levels()),
    });
    this.root = h("div.viewer.comparison", { lang: spokenLanguage() },
      this.stage.element, this.controls.element, this.table.element);
    this.host = parent.querySelector(".medcompare");
    // STYLE is the style sheets in one, put in front of this code when it is bundled.
    this.host.replaceChildren(h("style", {}, STYLE), h("div.viewer-box", {}, this.root));
    this.stopListening = listenForKeys(this.root, (key) => this.#key(key), () => {});
    const move = (change) => this.#move(change);
    this.host.comparison = { a: this.a.hooks(move), b: this.b.hooks(move) };
  }

  #side(name) {
    const other = () => (name === "a" ? this.b : this.a);
    return new Side(name, {
      zoom: (x, y, factor) => this.#zoomBy(factor, x, y),
      pan: (dx, dy) => this.#move((view, ratio) => view.panBy(dx * ratio, dy * ratio)),
      fit: () => this.#fit(),
      hover: (x, y) => this.#hover(other(), x, y),
      leave: () => this.#hover(other(), null),
    }, () => this.#look(name), {
      renderer: new URLSearchParams(window.location.search).get("viewer"),
      onFrame: () => this.#afterFrame(),
    });
  }

  /** Take the server's newest message; the screen changes when everything for it is there. */
  async update({ data, setTriggerValue }) {
    this.replies.use(setTriggerValue);
    const turn = ++this.#turn;
    this.host.dataset.state = "loading";
    const halves = [data.a, data.b];
    this.replies.askForLosses(halves.flatMap(hashesOf));
    const masks = halves.map((half) => half.masks.map(({ hash }) => this.#loader.mask(hash)));
    const pictures = await Promise.all(halves.map((half) => this.#loader.picture(half.image.hash)));
    if (turn !== this.#turn) return;
    if (!this.model.scenes) this.#show(data, pictures, [null, null]);
    const analysed = await Promise.all(masks.map((list) => Promise.all(list)));
    if (turn !== this.#turn) return;
    this.#show(data, pictures, analysed);
    this.#loader.keep(halves.flatMap(hashesOf));
    for (const side of this.sides) side.painter.paint();
    this.host.dataset.state = "ready";
  }

  #show(data, pictures, masks) {
    const { settings, model } = this;
    const [{ width, height }] = pictures;
    const before = settings.shown;
    const resized = before?.width !== width || before?.height !== height;
    if (before && resized) settings.forgetThresholds();
    settings.shown = { width, height };
    const [a, b] = this.sides.map(({ name }, n) =>
      new Scene(data[name], pictures[n], masks[n], model.scenes?.[name]));
    const isFirst = !model.scenes;
    model.set(data, { a, b });
    for (const side of this.sides) {
      side.describe(data[side.name]);
      const { layers } = model.scenes[side.name];
      for (const { id } of layers) settings.begin(side.name, id, Settings.of(data.viewer));
    }
    this.table.setRows(model.rows);
    this.stage.setPairs(model.pairs);
    this.stage.hover(null, this.#size());
    this.#refresh();
    const { view } = this.a.painter;
    if (isFirst || resized) view.restore(settings.views.get("picture"));
    this.stage.setShape((height * view.aspectY) / (width * view.aspectX));
  }

  /** Bring every part in line with the scenes and the settings. */
  #refresh() {
    const { settings, model } = this;
    if (!model.scenes) return;
    const { mode } = model;
    const hidden = settings.overlay ? "" : t("Masks hidden · space");
    this.stage.update({ mode, pair: model.pairs.indexOf(model.pair), parts: PARTS });
    this.controls.update(settings);
    this.divider.set(settings.divider);
    this.divider.element.hidden = mode !== "swipe";
    for (const side of this.sides) {
      const scene = model.scenes[side.name];
      side.say(scene.data.note || hidden);
      side.point(null);
      side.show(scene, mode === "difference" && side === this.a ? model.difference() : scene.stack);
    }
    for (const row of model.rows) this.table.update(row, model.rowState(row));
  }

  /** What a painter draws. */
  #look(name) {
    const { overlay, style } = this.settings;
    const look = { overlay, style, rule: "independent", layers: this.model.layersOf(name) };
    const isDifference = this.model.mode === "difference" && name === "a";
    return isDifference ? { ...look, ...this.model.differenceLook() } : look;
  }

  #set(changes) {
    Object.assign(this.settings, changes);
    this.#refresh();
  }

  #setThreshold(side, layer, threshold) {
    this.settings.of(side, layer.id).threshold = threshold;
    this.#refresh();
  }

  #toggle(row) {
    this.model.toggle(row);
    this.#refresh();
  }

  #move(change) {
    const { view, ratio } = this.a.painter;
    change(view, ratio);
    this.settings.views.set("picture", view.save());
    for (const side of this.sides) side.painter.refresh();
  }

  #fit() {
    this.#move((view) => view.fit());
  }

  #zoomBy(factor, x = this.a.box.clientWidth / 2, y = this.a.box.clientHeight / 2) {
    this.#move((view, ratio) => view.zoomAt(x * ratio, y * ratio, view.scale * factor));
  }

  #zoomTo(scale) {
    this.#move((view) => view.zoomAt(view.canvasWidth / 2, view.canvasHeight / 2, scale));
  }

  #afterFrame() {
    const { view } = this.a.painter;
    for (const side of this.sides) side.follow(this.model.scenes[side.name].data.image.spacing);
    this.stage.zoom.follow(view);
  }

  /** The read-out for a point in CSS pixels, and its mark on the other picture; or none. */
  #hover(other, x, y) {
    if (!this.model.scenes) return;
    const { width, height } = this.model.picture;
    const { view, ratio } = this.a.painter;
    const [column, row] = x === null ? [-1, -1] : view.toImage(x * ratio, y * ratio).map(Math.floor);
    const isInside = column >= 0 && row >= 0 && column < width && row < height;
    // Both canvases are of one size and share the view: a point is at the same place in each.
    other.point(isInside && this.model.mode === "side" ? [x, y] : null);
    this.stage.hover(isInside ? this.#spot(column, row) : null, this.#size());
  }

  #spot(x, y) {
    const { scenes, picture } = this.model;
    const at = y * picture.width + x;
    const levels = this.sides.map(({ name }) =>
      levelText(scenes[name].picture.rgb.subarray(at * 3, at * 3 + 3)));
    const values = levels[0] === levels[1] ? [levels[0]] : [`A ${levels[0]}`, `B ${levels[1]}`];
    return { x, y, values, chances: this.model.chancesAt(at).slice(0, LIKELY) };
  }

  #size() {
    const { width, height } = this.model.picture;
    return t("{width} × {height} pixels", { width: count(width), height: count(height) });
  }

  #key(key) {
    const { settings, model } = this;
    const row = model.rows[Number(key) - 1];
    const mode = MODE_KEYS[key.toLowerCase()];
    if (/^[1-9]$/.test(key)) row && this.#toggle(row);
    else if (mode) (mode !== "difference" || model.differs) && this.#set({ mode });
    else if (key === " ") this.#set({ overlay: !settings.overlay });
    else if (key === "o" || key === "O") this.#set({ outline: !settings.outline });
    else if (key === "+" || key === "=") this.#zoomBy(1.25);
    else if (key === "-" || key === "_") this.#zoomBy(0.8);
    else if (key === "0") this.#fit();
    else return model.mode === "swipe" && this.divider.press(key);
    return true;
  }

  async #savePicture() {
    const file = await comparisonFile(this.model);
    save(file);
    return file.name;
  }

  destroy() {
    this.#turn += 1;
    this.stopListening();
    for (const side of this.sides) side.destroy();
    this.#loader.keep([]);
  }
}

function levelText([red, green, blue]) {
  return red === green && green === blue ? t("grey {value}", { value: red }) : `RGB ${red} ${green} ${blue}`;
}

export const mountComparison = mounting((parent, data) => new Comparison(parent, data));
