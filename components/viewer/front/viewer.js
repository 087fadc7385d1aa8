import { Camera } from "./camera.js";
import { h } from "./dom.js";
import { Exporter, save } from "./export.js";
import { hooksOf } from "./hooks.js";
import { HoldKey, listenForKeys, PointerInput } from "./input.js";
import { Legend } from "./legend.js";
import { areUsual, layersToExport, levelsOf, rowState, thresholdsOf } from "./levels.js";
import { parseColour } from "./masks.js";
import { mounting } from "./mounting.js";
import { Painter } from "./painter.js";
import { Panel } from "./panel.js";
import { Replies } from "./replies.js";
import { hashesOf, Loader, Scene } from "./scene.js";
import { Settings } from "./settings.js";
import { Slicer } from "./slices.js";
import { spotOf, Stage } from "./stage.js";
import { spokenLanguage } from "./texts.js";

/** One viewer on the page: connects what the server sends, what the user does and what is drawn. */
class Viewer {
  #loader = new Loader();
  #turn = 0; // counts the server's messages: only the newest may reach the screen
  #data = null;
  #scene = null;
  #model = null; // the decoded picture that the model sees, when it has been asked for

  constructor(parent, data) {
    this.settings = Settings.of(data.key);
    this.replies = new Replies(this.settings);
    this.slicer = new Slicer((index) => this.replies.send("slice", { index }));
    this.stage = new Stage({
      zoomBy: (factor) => this.camera.zoomBy(factor),
      fit: () => this.camera.fit(),
      actualSize: () => this.camera.zoomTo(1),
      toggleModel: () => this.#set({ model: !this.settings.model }),
      toggleHelp: () => this.#toggleHelp(),
    }, this.slicer);
    this.legend = new Legend({
      toggle: (id) => this.#toggle(id),
      solo: (id) => this.#set({ solo: this.settings.solo === id ? null : id }),
      recolour: (id, hex) => this.#setLayer(id, { hex }),
      setThreshold: (id, threshold) => this.#setLayer(id, { threshold }),
    });
    this.panel = new Panel({
      setOpacity: (opacity) => this.#set({ opacity }),
      setFill: (fill) => this.#set({ fill }),
      setOutline: (outline) => this.#set({ outline }),
      setOverlay: (overlay) => this.#set({ overlay }),
      setRule: (rule) => this.#set({ rule }),
      setCaption: (caption) => this.#set({ caption }),
      measure: () => this.#measure(),
      download: (what) => this.#download(what),
    }, this.legend);
    this.root = h("div.viewer", { lang: spokenLanguage() }, this.stage.element, this.panel.element);
    this.host = parent.querySelector(".medviewer");
    // STYLE is viewer.css, put in front of this code when it is bundled.
    this.host.replaceChildren(h("style", {}, STYLE), h("div.viewer-box", {}, this.root));
    this.painter = new Painter(this.stage.box, () => this.#look(), {
      renderer: new URLSearchParams(window.location.search).get("viewer"),
      onFrame: () => this.#afterFrame(),
    });
    this.camera = new Camera(this.painter, this.stage.box, () => this.#keepView());
    this.spaceBar = new HoldKey(() => this.#set({ overlay: !this.settings.overlay }));
    this.#listen();
    this.host.viewer = hooksOf(this.painter, (change) => this.camera.move(change));
  }

  #listen() {
    this.pointer = new PointerInput(this.stage.box, {
      zoom: (x, y, factor) => this.camera.zoomBy(factor, x, y),
      pan: (dx, dy) => this.camera.pan(dx, dy),
      hover: (x, y) => this.#hover(x, y),
      leave: () => this.#hover(null),
      fit: () => this.camera.fit(),
      slice: null,
    });
    const stop = listenForKeys(this.root, (key) => this.#key(key), (key) => this.#keyUp(key));
    const pointed = (event) => this.panel.pointedAt(event.composedPath());
    // A click with the mouse leaves the focus alone, so that the space bar stays the viewer's.
    const release = (event) => event.pointerType === "mouse" && event.target.closest("button")?.blur();
    window.addEventListener("pointerdown", pointed, true);
    this.root.addEventListener("click", release);
    this.stopListening = () => {
      stop();
      window.removeEventListener("pointerdown", pointed, true);
    };
  }

  /** Take the server's newest message; the screen changes when everything for it is there. */
  async update({ data, setTriggerValue }) {
    this.replies.use(setTriggerValue);
    const turn = ++this.#turn;
    this.#data = data;
    this.host.dataset.state = "loading";
    this.slicer.set(data.slices);
    this.pointer.wish.slice = data.slices ? (step) => this.slicer.step(step) : null;
    const masks = data.masks.map((mask) => this.#loader.mask(mask.hash));
    this.replies.askForLosses(hashesOf(data));
    const picture = await this.#loader.picture(data.image.hash);
    if (turn !== this.#turn) return;
    if (!this.#scene) this.#show(new Scene(data, picture, null));
    const analysed = await Promise.all(masks);
    if (turn !== this.#turn) return;
    this.#show(new Scene(data, picture, analysed, this.#scene));
    this.#model = data.model && (await this.#loader.picture(data.model));
    if (turn !== this.#turn) return;
    this.#loader.keep(hashesOf(data));
    this.#refresh();
    this.painter.paint();
    this.host.dataset.state = "ready";
  }

  #show(scene) {
    const before = this.#scene?.picture ?? this.settings.shown;
    const { width, height } = scene.picture;
    if (before && (before.width !== width || before.height !== height)) this.settings.forgetThresholds();
    this.settings.shown = { width, height };
    this.settings.keepLayers(scene.layers.map((layer) => layer.id));
    this.#scene = scene;
    this.stage.waiting.hidden = true;
    this.legend.setLayers(scene.layers);
    this.panel.setLayers(scene.layers);
    this.#refresh();
  }

  get #showsModel() {
    return Boolean(this.settings.model && this.#model && this.#data.model);
  }

  get #viewName() {
    return this.#showsModel ? "model" : "picture";
  }

  /** Bring every part in line with the scene and the settings. */
  #refresh() {
    const { settings } = this;
    if (!this.#scene) return;
    const { layers, stack } = this.#scene;
    stack?.draw(thresholdsOf(layers, settings), settings.rule);
    this.panel.update(settings, this.#levelsState());
    for (const layer of layers) this.legend.update(layer.id, rowState(this.#scene, settings, layer));
    this.stage.off.hidden = settings.overlay || this.#showsModel || this.#scene.layers.length === 0;
    this.stage.describe({
      ...this.#data.shown,
      image: this.#scene.data.image,
      hasModel: Boolean(this.#data.model),
      modelReady: Boolean(this.#model),
      showsModel: this.#showsModel,
    });
    const picture = this.#showsModel ? this.#model : this.#scene.picture;
    const spacing = this.#showsModel ? null : this.#scene.data.image.spacing;
    if (this.shownPicture !== picture) {
      const { view } = this.painter;
      const moved = this.shownView !== this.#viewName || view.width !== picture.width ||
        view.height !== picture.height;
      this.painter.show(picture, this.#showsModel ? null : this.#scene.stack, spacing);
      if (moved) view.restore(settings.views.get(this.#viewName));
      this.stage.setSize(picture.width, picture.height, spacing);
      this.stage.box.style.setProperty("--shape",
        (picture.height * view.aspectY) / (picture.width * view.aspectX));
      Object.assign(this, { shownPicture: picture, shownView: this.#viewName });
      this.stage.hover(null);
    } else this.painter.show(picture, this.#showsModel ? null : this.#scene.stack, spacing);
  }

  /** Whether the server's numbers use what is on screen, see Panel.update. */
  #levelsState() {
    if (!this.#data.measurable) return null;
    const levels = levelsOf(this.#scene.layers, this.settings);
    const told = this.settings.measured.get(this.#scene.data.image.hash);
    if (told) return told === JSON.stringify(levels) ? "used" : "due";
    return areUsual(levels) ? "none" : "due";
  }

  /** Tell the server what is on screen: the one thing but slices that it is ever told. */
  #measure() {
    const levels = levelsOf(this.#scene.layers, this.settings);
    this.settings.measured.set(this.#scene.data.image.hash, JSON.stringify(levels));
    this.replies.send("levels", levels);
    this.#refresh();
  }

  /** What the painter draws. */
  #look() {
    const { settings } = this;
    const thresholds = thresholdsOf(this.#scene.layers, settings);
    const layers = this.#scene.layers.map(({ id, index, colour, scale }) => ({
      colour: parseColour(settings.layer(id).hex ?? colour), visible: settings.isVisible(id),
      threshold: thresholds[index], scale,
    }));
    return { overlay: settings.overlay, style: settings.style, rule: settings.rule, layers };
  }

  #set(changes) {
    Object.assign(this.settings, changes);
    this.#refresh();
  }

  #setLayer(id, changes) {
    Object.assign(this.settings.layer(id), changes);
    this.#refresh();
  }

  /** Show or hide a phrase; while one is shown alone, that ends first. */
  #toggle(id) {
    const visible = this.settings.isVisible(id);
    this.settings.solo = null;
    this.#setLayer(id, { on: !visible });
  }

  #keepView() {
    this.settings.views.set(this.#viewName, this.painter.view.save());
  }

  #afterFrame() {
    const spacing = this.#showsModel ? null : this.#scene.data.image.spacing;
    this.stage.follow(this.painter.view, spacing, this.painter.ratio);
    this.host.dataset.generation = this.painter.generation;
  }

  /** The read-out for a point in CSS pixels, or none. */
  #hover(x, y) {
    const picture = this.shownPicture;
    const pixel = x === null || !picture ? null : this.camera.pixel(x, y);
    if (!pixel) {
      this.stage.hover(null);
      this.legend.probe(null);
      return;
    }
    const at = pixel[1] * picture.width + pixel[0];
    const chances = this.#showsModel || !this.#scene.stack ? [] : this.#scene.layers.map((layer) => ({
      ...layer, hex: this.settings.layer(layer.id).hex ?? layer.colour,
      value: this.#scene.stack.masks[layer.index].values[at],
    }));
    this.legend.probe(new Map(chances.map(({ id, value }) => [id, value])));
    this.stage.hover(spotOf(picture, pixel, chances));
  }

  #toggleHelp() {
    this.stage.help.hidden = !this.stage.help.hidden;
  }

  #key(key) {
    const { settings, stage } = this;
    const layer = this.#scene?.layers[Number(key) - 1];
    if (/^[1-9]$/.test(key)) layer && this.#toggle(layer.id);
    else if (key === " ") this.spaceBar.down();
    else if (key === "o" || key === "O") this.#set({ outline: !settings.outline });
    else if (key === "+" || key === "=") this.camera.zoomBy(1.25);
    else if (key === "-" || key === "_") this.camera.zoomBy(0.8);
    else if (key === "0") this.camera.fit();
    else if (key === "h" || key === "H" || key === "?") this.#toggleHelp();
    else if (key === "Escape" && !stage.help.hidden) this.#toggleHelp();
    else if (this.slicer.active && SLICE_STEPS[key]) this.slicer.step(SLICE_STEPS[key]);
    else return false;
    return true;
  }

  #keyUp(key) {
    if (key === " ") this.spaceBar.up();
  }

  async #download(what) {
    const { data, picture, stack } = this.#scene;
    const { style, opacity, rule, caption } = this.settings;
    const layers = layersToExport(this.#scene, this.settings);
    const exporter = new Exporter({ ...picture, data, stack, layers, style, rule, caption,
      opacity: opacity / 100 });
    const file = await (typeof what === "number" ? exporter.mask(what) : exporter[what]());
    save(file);
    return file.name;
  }

  destroy() {
    this.#turn += 1;
    this.stopListening();
    this.slicer.destroy();
    this.painter.destroy();
    this.#loader.keep([]);
  }
}

const SLICE_STEPS = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };

export const mountViewer = mounting((parent, data) => new Viewer(parent, data));
