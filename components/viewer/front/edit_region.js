import { ChangedBox, rewrite } from "./edit_box.js";
import { support } from "./masks.js";

/** Connected regions of a mask or a probability map, found from a pixel. */

/**
 * Set the region around a pixel: all that is at least `threshold` and connected with it over edges,
 * or, when the pixel itself is below, all that is below.
 *
 * @param {Uint8Array} values Probability map, 0..255.
 * @param {number} value What to set, 0 or 1.
 * @returns {object | null} The smallest box around what has changed.
 */
export function floodFill(mask, width, height, values, column, row, threshold, value) {
  if (isOutside(width, height, column, row)) return null;
  const field = new Uint8Array(values.length);
  const high = values[row * width + column] >= threshold ? 1 : 0;
  for (let at = 0; at < field.length; at++) field[at] = values[at] >= threshold ? high : 1 - high;
  const { box } = pour(field, width, height, row * width + column, 0);
  return rewrite(mask, width, box, (at) => (field[at] === 2 ? value : mask[at]));
}

/**
 * The part of a mask around a pixel, connected over edges and corners.
 *
 * @returns {{box: object, pixels: number} | null} Its box and its area; null beside the mask.
 */
export function componentAt(mask, width, height, column, row) {
  return component(mask, width, height, column, row)?.found ?? null;
}

/** Drop everything but the part around a pixel; nothing happens beside the mask. */
export function keepComponent(mask, width, height, column, row) {
  const part = component(mask, width, height, column, row);
  if (!part) return null;
  const box = support(mask, width, height);
  return rewrite(mask, width, box, (at) => (part.field[at] === 2 ? 1 : 0));
}

/** Drop the part around a pixel; nothing happens beside the mask. */
export function removeComponent(mask, width, height, column, row) {
  const part = component(mask, width, height, column, row);
  if (!part) return null;
  return rewrite(mask, width, part.found.box, (at) => (part.field[at] === 2 ? 0 : mask[at]));
}

/**
 * Fill what the mask encloses: background that is not connected, over edges, with the border of the
 * picture.
 */
export function fillHoles(mask, width, height) {
  const box = support(mask, width, height);
  if (!box) return null;
  const field = new Uint8Array(mask.length);
  for (let at = 0; at < field.length; at++) field[at] = 1 - mask[at];
  // What leaves the box of the mask reaches the border of the picture.
  for (let row = box.top; row < box.bottom; row++) {
    pour(field, width, height, row * width + box.left, 0, box);
    pour(field, width, height, row * width + box.right - 1, 0, box);
  }
  for (let column = box.left; column < box.right; column++) {
    pour(field, width, height, box.top * width + column, 0, box);
    pour(field, width, height, (box.bottom - 1) * width + column, 0, box);
  }
  return rewrite(mask, width, box, (at) => (field[at] === 1 ? 1 : mask[at]));
}

function isOutside(width, height, column, row) {
  return !(column >= 0 && column < width && row >= 0 && row < height);
}

function component(mask, width, height, column, row) {
  if (isOutside(width, height, column, row) || !mask[row * width + column]) return null;
  const field = mask.slice();
  return { field, found: pour(field, width, height, row * width + column, 1) };
}

/**
 * Turn the ones of a field that are connected with a pixel into twos, a run of a row at a time.
 *
 * @param {number} start Index of the pixel.
 * @param {0 | 1} reach 1 when corners connect, too.
 * @param {object} within Nothing outside this box is looked at.
 * @returns {{box: object | null, pixels: number}} Of what was turned.
 */
function pour(field, width, height, start, reach, within = null) {
  const { top, bottom, left, right } = within ?? { top: 0, bottom: height, left: 0, right: width };
  const turned = new ChangedBox();
  const waiting = [start];
  let pixels = 0;
  while (waiting.length) {
    const seed = waiting.pop();
    if (field[seed] !== 1) continue;
    const row = Math.floor(seed / width);
    const [low, high] = [row * width + left, row * width + right];
    let [first, end] = [seed, seed + 1];
    while (first > low && field[first - 1] === 1) first--;
    while (end < high && field[end] === 1) end++;
    field.fill(2, first, end);
    pixels += end - first;
    turned.add(row, first - row * width, end - row * width);
    const [from, to] = [Math.max(first - reach, low), Math.min(end + reach, high)];
    if (row > top) addRuns(waiting, field, from - width, to - width);
    if (row + 1 < bottom) addRuns(waiting, field, from + width, to + width);
  }
  return { box: turned.box, pixels };
}

/** Add one pixel of each run of ones between two indices of a row. */
function addRuns(waiting, field, from, to) {
  for (let at = from; at < to; at++) {
    if (field[at] === 1 && (at === from || field[at - 1] !== 1)) waiting.push(at);
  }
}
