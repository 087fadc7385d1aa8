/**
 * Boxes of a mask: {top, bottom, left, right} in pixels, half open.
 *
 * A mask is a Uint8Array of width * height zeros and ones, row by row from the top left.
 */

/** Collects the smallest box around everything that has changed. */
export class ChangedBox {
  #top = Infinity;
  #bottom = 0;
  #left = Infinity;
  #right = 0;

  /** Pixels from `first` up to and without `end` of a row have changed. */
  add(row, first, end) {
    if (row < this.#top) this.#top = row;
    if (row >= this.#bottom) this.#bottom = row + 1;
    if (first < this.#left) this.#left = first;
    if (end > this.#right) this.#right = end;
  }

  /** The box, or null when nothing has changed. */
  get box() {
    if (this.#bottom === 0) return null;
    return { top: this.#top, bottom: this.#bottom, left: this.#left, right: this.#right };
  }
}

/** A copy of the pixels in a box, row by row. */
export function cutBox(mask, width, box) {
  const across = box.right - box.left;
  const patch = new Uint8Array(across * (box.bottom - box.top));
  for (let row = box.top, to = 0; row < box.bottom; row++, to += across) {
    patch.set(mask.subarray(row * width + box.left, row * width + box.right), to);
  }
  return patch;
}

/** Put the pixels that `cutBox` has taken back into their box. */
export function pasteBox(mask, width, box, patch) {
  const across = box.right - box.left;
  for (let row = box.top, from = 0; row < box.bottom; row++, from += across) {
    mask.set(patch.subarray(from, from + across), row * width + box.left);
  }
}

/**
 * Ask `pixel(at)` for the new value of every pixel in a box and write it.
 *
 * @param {(at: number) => number} pixel From an index into the mask to 0 or 1.
 * @returns {object | null} The smallest box around what has changed.
 */
export function rewrite(mask, width, box, pixel) {
  const changed = new ChangedBox();
  for (let row = box.top; row < box.bottom; row++) {
    const start = row * width;
    let [first, end] = [-1, -1];
    for (let at = start + box.left; at < start + box.right; at++) {
      const value = pixel(at);
      if (mask[at] === value) continue;
      mask[at] = value;
      if (first < 0) first = at;
      end = at + 1;
    }
    if (first >= 0) changed.add(row, first - start, end - start);
  }
  return changed.box;
}
