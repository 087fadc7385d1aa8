import { rewrite } from "./edit_box.js";
import { support } from "./masks.js";

/**
 * Grow, shrink and smooth a mask with a disc: the pixels whose centres are at most `radius` (in
 * pixels, not negative) away. All three ask how many pixels of the disc around a pixel belong to the
 * mask. What lies beyond the picture is not known and not counted, so that a mask that the picture
 * cuts off does not shrink away from its border.
 */

/** Add every pixel within `radius` of the mask. Returns the box of what has changed, or null. */
export function grow(mask, width, height, radius) {
  return decide(mask, width, height, radius, (count) => (count > 0 ? 1 : 0));
}

/** Drop every pixel within `radius` of the background. Returns the box of what has changed. */
export function shrink(mask, width, height, radius) {
  return decide(mask, width, height, radius, (count, disc) => (count === disc ? 1 : 0));
}

/** Give each pixel what most of its disc has; an even vote leaves it as it is. */
export function smooth(mask, width, height, radius) {
  return decide(mask, width, height, radius, (count, disc, old) => {
    if (2 * count === disc) return old;
    return 2 * count > disc ? 1 : 0;
  });
}

/** Set each pixel to `rule(pixels of the mask in its disc, pixels of the picture in it, old value)`. */
function decide(mask, width, height, radius, rule) {
  const filled = support(mask, width, height);
  if (!filled) return null;
  const disc = new Disc(radius, width);
  const box = within(filled, disc.reach, width, height);
  const runs = runsOf(mask, width, height, filled);
  const picture = new Array(height).fill([0, width]);
  const [counts, sizes] = [new Int32Array(width), new Int32Array(width)];
  const decided = new Uint8Array((box.bottom - box.top) * width);
  const offset = box.top * width;
  for (let row = box.top; row < box.bottom; row++) {
    disc.count(runs, row, counts);
    // Away from the upper and lower border the disc has the same size as in the row before.
    const same = row > box.top && row > disc.reach && row + disc.reach < height;
    if (!same) disc.count(picture, row, sizes);
    for (let column = box.left, at = row * width + column; column < box.right; column++, at++) {
      decided[at - offset] = rule(counts[column], sizes[column], mask[at]);
    }
  }
  return rewrite(mask, width, box, (at) => decided[at - offset]);
}

/** A box with `reach` more pixels on each side, as far as the picture goes. */
function within(box, reach, width, height) {
  return {
    top: Math.max(0, box.top - reach),
    bottom: Math.min(height, box.bottom + reach),
    left: Math.max(0, box.left - reach),
    right: Math.min(width, box.right + reach),
  };
}

/** The runs of ones in each row, all of them in the box: [first, end, first, end, ...]. */
function runsOf(mask, width, height, box) {
  const rows = new Array(height).fill([]);
  for (let row = box.top; row < box.bottom; row++) {
    const runs = [];
    const start = row * width;
    for (let column = box.left, old = 0; column < box.right; column++) {
      const value = mask[start + column];
      if (value !== old) runs.push(column);
      old = value;
    }
    if (runs.length % 2) runs.push(box.right);
    rows[row] = runs;
  }
  return rows;
}

/**
 * Counts the pixels within a radius without looking at each: along a row the count from one run of
 * one row bends at four columns only, and the counts are the sum of the sum of these bends.
 */
class Disc {
  #halves = []; // by rows away from the centre: columns to each side
  #bends;

  constructor(radius, width) {
    let half = Math.floor(radius);
    for (let rows = 0; rows <= radius; rows++) {
      while (half * half + rows * rows > radius * radius) half--;
      this.#halves.push(half);
    }
    this.reach = this.#halves.length - 1;
    this.#bends = new Int32Array(width + 2 * this.reach + 2);
  }

  /**
   * For each column of a row, the pixels of the runs in the disc around it.
   *
   * @param {number[][]} runs Of all rows of the picture.
   * @param {Int32Array} counts Where to write.
   */
  count(runs, row, counts) {
    const { reach } = this;
    const bends = this.#bends.fill(0);
    const last = Math.min(row + reach, runs.length - 1);
    for (let near = Math.max(0, row - reach); near <= last; near++) {
      this.#bend(runs[near], this.#halves[Math.abs(near - row)]);
    }
    let [slope, count] = [0, 0];
    for (let at = 0; at < reach; at++) {
      slope += bends[at];
      count += slope;
    }
    for (let column = 0; column < counts.length; column++) {
      slope += bends[column + reach];
      count += slope;
      counts[column] = count;
    }
  }

  #bend(runs, half) {
    const bends = this.#bends;
    const [enter, leave] = [this.reach - half, this.reach + half + 1];
    for (let at = 0; at < runs.length; at += 2) {
      bends[runs[at] + enter]++;
      bends[runs[at] + leave]--;
      bends[runs[at + 1] + enter]--;
      bends[runs[at + 1] + leave]++;
    }
  }
}
