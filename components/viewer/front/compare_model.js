import { agreementOf, differenceOf, PARTS, rowsOf } from "./compare_numbers.js";
import { MaskStack, parseColour } from "./masks.js";

const SIDES = ["a", "b"];

/** Two scenes of one picture, and what the user's settings make of them. */
export class CompareModel {
  rows = []; // see `rowsOf`
  scenes = null; // {a, b}, once there is something to show
  #difference = { masks: [], stack: null };

  /** @param {CompareSettings} settings */
  constructor(settings) {
    this.settings = settings;
  }

  /** @param {{a: Scene, b: Scene}} scenes */
  set(data, scenes) {
    this.data = data;
    this.scenes = scenes;
    this.rows = rowsOf(data.pairs, scenes.a.layers, scenes.b.layers);
  }

  get picture() {
    return this.scenes.a.picture;
  }

  /** Rows with a mask on both sides. */
  get pairs() {
    return this.rows.filter(({ a, b }) => a && b);
  }

  /** The pair whose difference is shown. */
  get pair() {
    return this.pairs[this.settings.pair] ?? this.pairs[0];
  }

  /** Whether there is something to take a difference of. */
  get differs() {
    return this.pairs.length > 0 && SIDES.every((name) => this.scenes[name].stack);
  }

  /** How the two are shown: a difference needs a pair. */
  get mode() {
    const { mode } = this.settings;
    return mode === "difference" && !this.differs ? "side" : mode;
  }

  threshold(name, layer) {
    return this.settings.of(name, layer.id).threshold;
  }

  /** Pixels of one mask at its threshold. */
  area(name, layer) {
    return this.#mask(name, layer).atLeast[this.threshold(name, layer)];
  }

  #mask(name, { index }) {
    return this.scenes[name].stack.masks[index];
  }

  /** Layers of one side as painters and exports take them. */
  layersOf(name) {
    return this.scenes[name].layers.map((layer) => {
      const { on, threshold } = this.settings.of(name, layer.id);
      return { ...layer, colour: parseColour(layer.colour), hex: layer.colour, visible: on, threshold };
    });
  }

  /** What a row of the table shows. */
  rowState(row) {
    const there = SIDES.filter((name) => row[name]);
    const counted = there.filter((name) => this.scenes[name].stack);
    return {
      visible: this.isVisible(row),
      thresholds: Object.fromEntries(there.map((name) => [name, this.threshold(name, row[name])])),
      areas: Object.fromEntries(
        counted.map((name) => [`area${name.toUpperCase()}`, this.area(name, row[name])])),
      found: this.agreement(row),
    };
  }

  isVisible(row) {
    return SIDES.every((name) => !row[name] || this.settings.of(name, row[name].id).on);
  }

  /** Show or hide a row on both sides. */
  toggle(row) {
    const on = !this.isVisible(row);
    for (const name of SIDES) if (row[name]) this.settings.of(name, row[name].id).on = on;
  }

  /** Numbers of a row, or null when it has no two masks. */
  agreement(row) {
    if (!row.a || !row.b || !this.differs) return null;
    return agreementOf(...this.#masksOf(row), this.picture.width);
  }

  /** Both masks of a pair with their thresholds, as `agreementOf` takes them. */
  #masksOf({ a, b }) {
    return [this.#mask("a", a), this.threshold("a", a), this.#mask("b", b), this.threshold("b", b)];
  }

  /** The parts of the chosen pair as masks, made again only when something in them has changed. */
  difference() {
    const masks = this.#masksOf(this.pair);
    if (masks.some((entry, n) => entry !== this.#difference.masks[n])) {
      const { width, height } = this.picture;
      const stack = new MaskStack(width, height, differenceOf(...masks, width, height));
      this.#difference = { masks, stack };
    }
    return this.#difference.stack;
  }

  /** Layers and style of the difference. */
  differenceLook() {
    const layers = PARTS.map(({ phrase, hex }, index) =>
      ({ index, phrase, hex, colour: parseColour(hex), visible: true, threshold: 1 }));
    return { layers, style: { ...this.settings.style, fill: true, outline: false } };
  }

  /** Probabilities 0..255 at a pixel: {phrase, hex, a, b} of the rows that have any, the most first. */
  chancesAt(at) {
    const value = (row, name) =>
      (row[name] && this.scenes[name].stack ? this.#mask(name, row[name]).values[at] : null);
    return this.rows
      .map((row) => ({ phrase: row.phrase, hex: (row.a ?? row.b).colour, a: value(row, "a"), b: value(row, "b") }))
      .filter(({ a, b }) => a || b)
      .sort((one, two) => Math.max(two.a, two.b) - Math.max(one.a, one.b));
  }

  /** Thresholds of both sides by phrase, for the server. */
  levels() {
    return Object.fromEntries(SIDES.map((name) => [name, Object.fromEntries(
      this.scenes[name].layers.map((layer) => [layer.phrase, this.threshold(name, layer)]))]));
  }
}
