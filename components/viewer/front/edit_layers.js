import { cutBox, pasteBox, rewrite } from "./edit_box.js";
import { EditHistory } from "./edit_history.js";
import { analyse, around, MaskStack } from "./masks.js";

const INSIDE = 1; // masks are 0 and 1, so this is the threshold that they are drawn at

/**
 * The labels of one reading with their masks: edited in place, drawn by a MaskStack, counted against
 * the AI's own, and undone over all labels in the order of the work.
 */
export class EditLayers {
  layers = []; // as the server describes them, in its order, with `index` and `probability`
  stack = null;
  history = new EditHistory();
  #masks = new Map(); // id -> what `analyse` returns; `values` is the mask, 0 and 1
  #counts = new Map(); // id -> {added, removed}
  #originals = null;

  /** @param {string} reading What these labels belong to. */
  constructor(reading, width, height) {
    Object.assign(this, { reading, width, height });
    this.onTouched = () => {}; // called when something looks different
    this.before = new Uint8Array(width * height); // the mask as it was when a change began
  }

  has(id) {
    return this.#masks.has(id);
  }

  /**
   * Take the server's layers; masks that are here already stay as they were drawn.
   *
   * @param {object[]} layers {id, threshold, ...}
   * @param {object[]} probabilities What `analyse` returned for the AI's map of each.
   * @param {(Uint8Array | null)[]} masks 0 and 1, for layers that are new.
   */
  take(layers, probabilities, masks) {
    this.layers = layers.map((layer, index) => ({ ...layer, index, probability: probabilities[index] }));
    this.#originals = null;
    layers.forEach(({ id }, index) => {
      if (!this.has(id)) this.#masks.set(id, analyse(masks[index], this.width, this.height));
    });
    const all = layers.map(({ id }) => this.#masks.get(id));
    if (!this.stack?.extend(all)) this.stack = new MaskStack(this.width, this.height, all);
    this.stack.draw(all.map(() => INSIDE));
    for (const { id } of layers) this.#recount(id);
  }

  layer(id) {
    return this.layers.find((layer) => layer.id === id);
  }

  /** The mask of a label, live: Uint8Array 0 and 1. */
  maskOf(id) {
    return this.#masks.get(id).values;
  }

  /** Pixels that a label has more and less than the AI's mask. */
  changesOf(id) {
    return this.#counts.get(id);
  }

  isEdited(id) {
    const { added, removed } = this.changesOf(id);
    return added + removed > 0;
  }

  /** The AI's masks, to be drawn at the thresholds of the layers. */
  get originals() {
    this.#originals ??= new MaskStack(this.width, this.height, this.layers.map(({ probability }) => probability));
    return this.#originals;
  }

  /** Start changing a mask. */
  begin(id) {
    this.before.set(this.maskOf(id));
    return new Change(this, id);
  }

  /** The label that was changed, or null when there is nothing to take back. */
  undo() {
    return this.#put(this.history.undo());
  }

  redo() {
    return this.#put(this.history.redo());
  }

  #put(step) {
    if (!step || !this.layer(step.id)) return null;
    pasteBox(this.maskOf(step.id), this.width, step.box, step.patch);
    this.touched(step.id, step.box);
    this.#recount(step.id);
    return step.id;
  }

  /** Draw what was changed within a box of a mask. */
  touched(id, box) {
    this.stack.change(this.layer(id).index, box);
    this.onTouched();
  }

  /** Keep a change that is made as one step that can be undone. */
  record(id, box) {
    this.history.record(id, this.maskOf(id), this.width, box, cutBox(this.before, this.width, box));
    this.#recount(id);
  }

  #recount(id) {
    const { probability, threshold } = this.layer(id);
    const { values, box } = this.#masks.get(id);
    const most = around(box, probability.box);
    this.#counts.set(id, compare(values, probability.values, threshold, this.width, most));
  }
}

/** One change of one mask while it is made: drawn at once, and in the end one step to undo. */
class Change {
  #box = null;

  constructor(model, id) {
    Object.assign(this, { model, id });
  }

  /** @param {(mask: Uint8Array, width: number, height: number) => object | null} paint Gives its box. */
  apply(paint) {
    const { model, id } = this;
    const box = paint(model.maskOf(id), model.width, model.height);
    if (!box) return;
    this.#box = around(this.#box, box);
    model.touched(id, box);
  }

  /** Whether anything has changed; then it is in the history. */
  end() {
    if (this.#box) this.model.record(this.id, this.#box);
    return this.#box !== null;
  }

  cancel() {
    if (!this.#box) return;
    const { model, id } = this;
    pasteBox(model.maskOf(id), model.width, this.#box, cutBox(model.before, model.width, this.#box));
    model.touched(id, this.#box);
  }
}

/** Make a mask equal to another one of its size; gives the box of what differed. */
export function overwrite(mask, width, height, source) {
  return rewrite(mask, width, { top: 0, left: 0, bottom: height, right: width }, (at) => source[at]);
}

/** 0 and 1 from 0 and 255. */
export function asMask(values) {
  return values.map((value) => value >> 7);
}

/** Pixels of a box that are only in the mask (added) and only in the AI's (removed). */
function compare(mask, probability, threshold, width, box) {
  let [added, removed] = [0, 0];
  if (!box) return { added, removed };
  for (let y = box.top; y < box.bottom; y++) {
    const end = y * width + box.right;
    for (let at = y * width + box.left; at < end; at++) {
      if (probability[at] >= threshold) removed += 1 - mask[at];
      else added += mask[at];
    }
  }
  return { added, removed };
}
