/**
 * What becomes of a pixel that several masks claim. The rules are those of core/analysis/levels.py:
 * "independent", where each mask keeps its pixels, and "highest", where a pixel belongs to the mask
 * with the highest probability among those whose threshold it reaches, to the first of equals.
 */

/** Write the owner of every pixel of a box under the rule "highest": one bit, or none. */
export function settle(claims, owners, masks, width, box) {
  const values = masks.map((mask) => mask.values);
  for (let y = box.top; y < box.bottom; y++) {
    const end = y * width + box.right;
    for (let at = y * width + box.left; at < end; at++) {
      let rest = claims[at];
      let owner = rest & -rest;
      if (rest !== owner) {
        let most = values[indexOf(owner)][at];
        while ((rest &= rest - 1)) {
          const value = values[indexOf(rest & -rest)][at];
          if (value > most) [most, owner] = [value, rest & -rest];
        }
      }
      owners[at] = owner;
    }
  }
}

/** Counts the pixels with each combination of up to 16 masks. */
export class Tally {
  #pixels = new Int32Array(2 ** 16);

  /** Add the pixels of a box to the counts (sign 1), or take them back (sign -1). */
  add(bits, width, box, sign) {
    const pixels = this.#pixels;
    for (let y = box.top; y < box.bottom; y++) {
      const end = y * width + box.right;
      for (let at = y * width + box.left; at < end; at++) pixels[bits[at]] += sign;
    }
  }

  /** Pixels that belong to this mask and to no other. */
  alone(index) {
    return this.#pixels[1 << index];
  }

  /** Pixels that belong to several of `masks` masks: all of them, and by mask. */
  shared(masks) {
    const each = new Uint32Array(masks);
    let total = 0;
    for (let bits = 3; bits < 1 << masks; bits++) {
      if (this.#pixels[bits] === 0) continue;
      if ((bits & (bits - 1)) === 0) continue;
      total += this.#pixels[bits];
      for (let rest = bits; rest; rest &= rest - 1) each[indexOf(rest & -rest)] += this.#pixels[bits];
    }
    return { total, each };
  }
}

/** Index of the one bit that is set. */
const indexOf = (bit) => 31 - Math.clz32(bit);
