/**
 * Up to 16 soft masks of one picture, reduced to one code a pixel.
 *
 * The low 16 bits of a code say which masks hold the pixel at their thresholds, the high 16 bits
 * for which masks the pixel is on the outline. A code changes only when a threshold does; colours,
 * opacity and visibility live in a table from codes to colours. Whoever draws therefore does the
 * same work for one mask and for sixteen.
 */

export const MOST_MASKS = 16;

/** What is known of a soft mask before any threshold: counts, and where it is not zero. */
export function analyse(values, width, height) {
  const counts = new Uint32Array(256);
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let y = 0, at = 0; y < height; y++) {
    let first = -1;
    let last = -1;
    for (let x = 0; x < width; x++, at++) {
      const value = values[at];
      counts[value]++;
      if (value !== 0) {
        if (first < 0) first = x;
        last = x;
      }
    }
    if (first < 0) continue;
    if (top > y) top = y;
    bottom = y + 1;
    if (left > first) left = first;
    if (right <= last) right = last + 1;
  }
  const atLeast = new Uint32Array(257);
  for (let value = 255; value >= 0; value--) atLeast[value] = atLeast[value + 1] + counts[value];
  return { values, atLeast, box: bottom === 0 ? null : { top, bottom, left, right } };
}

/** Outline width in image pixels, the same on the screen and in the exported picture. */
export function outlineWidth(width, height) {
  return Math.max(1, Math.round(Math.max(width, height) / 512));
}

export class MaskStack {
  /** @param {object[]} masks What `analyse` returned, one a phrase, in order. */
  constructor(width, height, masks) {
    Object.assign(this, { width, height, masks });
    this.codes = new Uint32Array(width * height);
    this.edgeWidth = outlineWidth(width, height);
    this.#drawn = masks.map(() => null);
  }

  #drawn; // per mask: {threshold, edges, box} as it is in the codes now

  /** Add masks to the end; false, and nothing done, when these do not start with the present ones. */
  extend(masks) {
    if (!this.masks.every((mask, index) => mask === masks[index])) return false;
    const added = masks.slice(this.masks.length);
    this.masks = masks;
    this.#drawn.push(...added.map(() => null));
    return true;
  }

  /** Pixels of mask `index` at a threshold. */
  area(index, threshold) {
    return this.masks[index].atLeast[threshold];
  }

  /** Bring mask `index` in the codes to a threshold; returns true when codes changed. */
  draw(index, threshold, edges) {
    const before = this.#drawn[index];
    if (before?.threshold === threshold && (before.edges || !edges)) return false;
    const full = { top: 0, bottom: this.height, left: 0, right: this.width };
    const box = threshold === 0 ? full : this.masks[index].box;
    if (before?.box) this.#clear(index, before.box);
    if (box) this.#fill(index, threshold, box);
    if (box && edges) this.#outline(index, threshold, box);
    this.#drawn[index] = { threshold, edges, box };
    return Boolean(before?.box || box);
  }

  #clear(index, box) {
    const keep = ~(0x10001 << index);
    for (let y = box.top; y < box.bottom; y++) {
      const end = y * this.width + box.right;
      for (let at = y * this.width + box.left; at < end; at++) this.codes[at] &= keep;
    }
  }

  #fill(index, threshold, box) {
    const { codes, width } = this;
    const { values } = this.masks[index];
    const bit = 1 << index;
    for (let y = box.top; y < box.bottom; y++) {
      const end = y * width + box.right;
      for (let at = y * width + box.left; at < end; at++) {
        if (values[at] >= threshold) codes[at] |= bit;
      }
    }
  }

  #outline(index, threshold, box) {
    const { codes, width, edgeWidth } = this;
    const depth = depthInside(this.masks[index].values, width, threshold, box);
    const bit = 0x10000 << index;
    for (let y = box.top, from = 0; y < box.bottom; y++) {
      const end = y * width + box.right;
      for (let at = y * width + box.left; at < end; at++, from++) {
        if (depth[from] > 0 && depth[from] <= edgeWidth) codes[at] |= bit;
      }
    }
  }
}

/**
 * City-block distance of every pixel in a box to the nearest pixel outside the mask, up to 255;
 * 0 outside the mask. Beyond the box counts as outside. A pixel at distance d is gone after d
 * erosions with the 4-neighbour cross, so distances of at most w are an outline w pixels wide.
 */
export function depthInside(values, stride, threshold, box) {
  const wide = box.right - box.left;
  const high = box.bottom - box.top;
  const depth = new Uint8Array(wide * high);
  for (let y = 0, at = 0; y < high; y++) {
    let from = (box.top + y) * stride + box.left;
    let before = 0;
    for (let x = 0; x < wide; x++, at++, from++) {
      if (values[from] < threshold) before = 0;
      else {
        const above = y === 0 ? 0 : depth[at - wide];
        before = (above < before ? above : before) + 1;
        if (before > 255) before = 255;
        depth[at] = before;
      }
    }
  }
  for (let y = high - 1, at = depth.length - 1; y >= 0; y--) {
    let before = 0;
    for (let x = wide - 1; x >= 0; x--, at--) {
      const below = y === high - 1 ? 0 : depth[at + wide];
      const near = (below < before ? below : before) + 1;
      if (near < depth[at]) depth[at] = near;
      before = depth[at];
    }
  }
  return depth;
}

/**
 * Colours for codes: RGBA with premultiplied alpha, one table for fills and one for outlines.
 *
 * @param {{colour: number[], visible: boolean}[]} layers In the order of the masks.
 * @param {{alpha: number, fill: boolean, outline: boolean}} style Alpha is 0..255.
 * @returns {{fill: Uint8Array, edge: Uint8Array}} 4 bytes for each of 2^n combinations of masks.
 */
export function colourTables(layers, style) {
  const fill = new Uint8Array(4 << layers.length);
  const edge = new Uint8Array(4 << layers.length);
  layers.forEach(({ colour, visible }, index) => {
    const half = 4 << index;
    fill.copyWithin(half, 0, half);
    edge.copyWithin(half, 0, half);
    if (!visible) return;
    const rgba = [...colour, 255];
    for (let at = half; at < 2 * half; at++) {
      const value = rgba[at & 3];
      if (style.fill) fill[at] = (fill[at] * (255 - style.alpha) + value * style.alpha + 127) / 255;
      if (style.outline) edge[at] = value;
    }
  });
  return { fill, edge };
}

/** "#rrggbb" to [r, g, b]. */
export function parseColour(hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
