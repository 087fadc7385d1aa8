import { cutBox } from "./edit_box.js";
import { packMask, unpackMask } from "./edit_codec.js";

const MOST_BYTES = 128 * 2 ** 20;

/**
 * The last changes of all masks of a picture, to be taken back and made again. A step holds the
 * pixels of its box before and after, packed; the oldest steps go when there are too many or when
 * they take too much memory, but the newest stays.
 */
export class EditHistory {
  #steps = []; // {id, box, before, after}
  #done = 0; // steps that have not been taken back; the others follow them

  /**
   * @param {number} steps Most steps that are kept.
   * @param {number} bytes Most bytes that they may take.
   */
  constructor(steps = 100, bytes = MOST_BYTES) {
    this.limits = { steps, bytes };
  }

  get canUndo() {
    return this.#done > 0;
  }

  get canRedo() {
    return this.#done < this.#steps.length;
  }

  /** Bytes that the steps take. */
  get byteLength() {
    return this.#steps.reduce((sum, step) => sum + step.before.length + step.after.length, 0);
  }

  /**
   * Remember a change; what was taken back before it can no longer be made again.
   *
   * @param {string} id Of the mask.
   * @param {Uint8Array} mask As it is now.
   * @param {object | null} box Where it has changed; without a box nothing is remembered.
   * @param {Uint8Array} before The pixels of the box before the change, as `cutBox` gives them.
   */
  record(id, mask, width, box, before) {
    if (!box) return;
    this.#steps.length = this.#done;
    this.#steps.push({ id, box, before: squeeze(before), after: squeeze(cutBox(mask, width, box)) });
    this.#trim();
    this.#done = this.#steps.length;
  }

  /** Take the last step back: what to put where with `pasteBox`, or null. */
  undo() {
    return this.canUndo ? unwrap(this.#steps[--this.#done], "before") : null;
  }

  /** Make the step again that was taken back last, or null. */
  redo() {
    return this.canRedo ? unwrap(this.#steps[this.#done++], "after") : null;
  }

  /** Drop all steps of a mask, because it was replaced by another one. */
  forget(id) {
    const kept = (step) => step.id !== id;
    this.#done = this.#steps.slice(0, this.#done).filter(kept).length;
    this.#steps = this.#steps.filter(kept);
  }

  #trim() {
    let bytes = this.byteLength;
    let drop = 0;
    const { length } = this.#steps;
    while (length - drop > this.limits.steps || (bytes > this.limits.bytes && drop < length - 1)) {
      bytes -= this.#steps[drop].before.length + this.#steps[drop].after.length;
      drop++;
    }
    this.#steps.splice(0, drop);
  }
}

function unwrap({ id, box, ...patches }, which) {
  const size = (box.bottom - box.top) * (box.right - box.left);
  return { id, box, patch: unsqueeze(patches[which], size) };
}

const RUNS = 1; // first byte of a patch: lengths of runs follow
const BITS = 0; // packed pixels follow

/** A patch as the lengths of its runs, or as bits where these are shorter. */
function squeeze(patch) {
  const bits = Math.ceil(patch.length / 8);
  const out = new Uint8Array(bits + 1);
  const length = writeRuns(patch, out);
  if (length > 0) return out.slice(0, length);
  out[0] = BITS;
  out.set(packMask(patch), 1);
  return out;
}

/** Lengths of runs, zeros first, seven bits a byte, the lowest first; 0 when they do not fit. */
function writeRuns(patch, out) {
  out[0] = RUNS;
  let to = 1;
  let value = 0;
  for (let at = 0; at < patch.length; value = 1 - value) {
    const end = patch.indexOf(1 - value, at);
    let run = (end < 0 ? patch.length : end) - at;
    at += run;
    for (; run > 127; run >>= 7) out[to++] = (run & 127) | 128;
    out[to++] = run;
    if (to > out.length) return 0;
  }
  return to;
}

function unsqueeze(bytes, size) {
  if (bytes[0] === BITS) return unpackMask(bytes.subarray(1), size);
  const patch = new Uint8Array(size);
  let [at, run, shift, value] = [0, 0, 0, 0];
  for (const byte of bytes.subarray(1)) {
    run |= (byte & 127) << shift;
    shift += 7;
    if (byte & 128) continue;
    if (value) patch.fill(1, at, at + run);
    at += run;
    [run, shift, value] = [0, 0, 1 - value];
  }
  return patch;
}
