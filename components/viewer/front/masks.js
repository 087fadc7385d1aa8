import { settle, Tally } from "./overlaps.js";
import { combineMaps, rampTable } from "./ramp.js";

/**
 * Up to 16 soft masks of one picture, reduced to 16 bits a pixel.
 *
 * One bit says whether a mask holds the pixel at its threshold, and a second array has the same
 * bits for the outlines. They change only when a threshold or the rule for overlaps does; colours,
 * opacity and visibility live in a table from bits to colours. Whoever draws therefore does the same
 * work for one mask and for sixteen.
 */

/** A threshold that no value reaches: maps are never cut. */
export const NEVER = 256;

/** What is known of a soft mask before any threshold: counts, and where it is not zero. */
export function analyse(values, width, height) {
  const box = support(values, width, height);
  const atLeast = new Uint32Array(257);
  atLeast[0] = width * height;
  if (!box) return { values, atLeast, box };
  const counts = new Uint32Array(256);
  for (let y = box.top; y < box.bottom; y++) {
    const end = y * width + box.right;
    for (let at = y * width + box.left; at < end; at++) counts[values[at]]++;
  }
  for (let value = 255; value > 0; value--) atLeast[value] = atLeast[value + 1] + counts[value];
  return { values, atLeast, box };
}

/** The smallest box around everything that is not zero, or null. */
export function support(values, width, height) {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let first = 0;
    while (first < width && values[row + first] === 0) first++;
    if (first === width) continue;
    let last = width - 1;
    while (values[row + last] === 0) last--;
    if (top > y) top = y;
    bottom = y + 1;
    if (left > first) left = first;
    if (right <= last) right = last + 1;
  }
  return bottom === 0 ? null : { top, bottom, left, right };
}

/** The smallest box around two boxes, either of which may be null. */
export function around(one, other) {
  if (!one || !other) return one ?? other;
  return {
    top: Math.min(one.top, other.top),
    bottom: Math.max(one.bottom, other.bottom),
    left: Math.min(one.left, other.left),
    right: Math.max(one.right, other.right),
  };
}

/** Outline width in image pixels, the same on the screen and in the exported picture. */
export function outlineWidth(width, height) {
  return Math.max(1, Math.round(Math.max(width, height) / 512));
}

export class MaskStack {
  rule = "independent"; // see overlaps.js
  #drawn; // per mask: {threshold, box} as it is in the bits now, or null
  #stale = null; // where bits have changed since the outlines were made
  #changed = null; // where bits or outlines have changed since `takeChanges`
  #owners = null; // bits under the rule "highest"
  #claimed = new Tally();
  #owned = new Tally(); // of the owners, while the rule is "highest"
  #shared = null; // pixels that several masks claim, see Tally.shared
  #maps = { key: "", values: null };

  /** @param {object[]} masks What `analyse` returned, one a phrase, in order. */
  constructor(width, height, masks) {
    Object.assign(this, { width, height, masks });
    this.claims = new Uint16Array(width * height);
    this.edges = new Uint16Array(width * height);
    this.edgeWidth = outlineWidth(width, height);
    this.#drawn = masks.map(() => null);
  }

  /** What is shown: one bit for each mask that a pixel belongs to. */
  get bits() {
    return this.rule === "highest" ? this.#owners : this.claims;
  }

  /** Add masks to the end; false, and nothing done, when these do not start with the present ones. */
  extend(masks) {
    if (!this.masks.every((mask, index) => mask === masks[index])) return false;
    this.#drawn.push(...masks.slice(this.masks.length).map(() => null));
    this.masks = masks;
    return true;
  }

  /** Pixels that belong to mask `index` as it is drawn. */
  area(index) {
    return this.rule === "highest" ? this.#owned.alone(index) : this.#claims(index);
  }

  #claims(index) {
    return this.masks[index].atLeast[this.#drawn[index].threshold];
  }

  /** Share of the pixels above the threshold of mask `index` that another mask claims too. */
  contested(index) {
    const shared = this.shared.each[index];
    return shared ? shared / this.#claims(index) : 0;
  }

  /** Pixels above the thresholds of several masks: `total`, and `each` by mask. */
  get shared() {
    this.#shared ??= this.#claimed.shared(this.masks.length);
    return this.#shared;
  }

  /** Everything that any mask may cover now, or null. */
  get box() {
    return this.#drawn.reduce((box, drawn) => around(box, drawn?.box), null);
  }

  get #whole() {
    return { top: 0, bottom: this.height, left: 0, right: this.width };
  }

  /** The largest of the maps with these indices at each pixel, or null without any. */
  map(indices) {
    const key = indices.join();
    if (key !== this.#maps.key) {
      this.#maps = { key, values: combineMaps(indices.map((index) => this.masks[index].values)) };
    }
    return this.#maps.values;
  }

  /** Bring the bits to these thresholds and this rule, doing only what changed. */
  draw(thresholds, rule = "independent") {
    const before = this.#drawn;
    const after = thresholds.map((threshold, index) =>
      before[index]?.threshold === threshold ? before[index]
        : { threshold, box: threshold === 0 ? this.#whole : this.masks[index].box });
    const moved = after.flatMap((drawn, index) => (drawn === before[index] ? [] : [index]));
    const changed = rule !== this.rule ? this.#whole : moved.reduce(
      (box, index) => around(box, around(before[index]?.box, after[index].box)), null);
    if (changed) this.#count(changed, -1);
    for (const index of moved) {
      if (before[index]?.box) this.#clear(index, before[index].box);
      if (after[index].box) this.#fill(index, after[index].threshold, after[index].box);
    }
    this.#drawn = after;
    this.rule = rule;
    if (changed) this.#settle(changed);
  }

  /**
   * Take over what was changed within a box of the values of mask `index`, without a look at the
   * rest. For masks whose values are cut at one threshold only: the area at others is not counted.
   */
  change(index, box) {
    const { claims, width } = this;
    const mask = this.masks[index];
    const drawn = this.#drawn[index];
    const bit = 1 << index;
    this.#count(box, -1);
    for (let y = box.top; y < box.bottom; y++) {
      const end = y * width + box.right;
      for (let at = y * width + box.left; at < end; at++) {
        const before = claims[at];
        claims[at] = mask.values[at] >= drawn.threshold ? before | bit : before & ~bit;
        if (claims[at] !== before) mask.atLeast[drawn.threshold] += claims[at] > before ? 1 : -1;
      }
    }
    mask.box = around(mask.box, box);
    this.#drawn[index] = { ...drawn, box: around(drawn.box, box) };
    this.#settle(box);
  }

  /** Bring what follows from the claims in a box up to date. */
  #settle(box) {
    if (this.rule === "highest") {
      this.#owners ??= new Uint16Array(this.claims.length);
      settle(this.claims, this.#owners, this.masks, this.width, box);
    }
    this.#count(box, 1);
    this.#stale = around(this.#stale, box);
    this.#changed = around(this.#changed, box);
  }

  #count(box, sign) {
    this.#shared = null;
    this.#claimed.add(this.claims, this.width, box, sign);
    if (this.rule === "highest") this.#owned.add(this.#owners, this.width, box, sign);
  }

  #clear(index, box) {
    const keep = ~(1 << index);
    for (let y = box.top; y < box.bottom; y++) {
      const end = y * this.width + box.right;
      for (let at = y * this.width + box.left; at < end; at++) this.claims[at] &= keep;
    }
  }

  #fill(index, threshold, box) {
    const { claims, width } = this;
    const { values } = this.masks[index];
    const bit = 1 << index;
    for (let y = box.top; y < box.bottom; y++) {
      const end = y * width + box.right;
      for (let at = y * width + box.left; at < end; at++) {
        if (values[at] >= threshold) claims[at] |= bit;
      }
    }
  }

  /** Make the outlines of all masks that have changed. */
  outline() {
    if (!this.#stale) return;
    const box = this.#grown(this.#stale, this.edgeWidth);
    outlines(this.bits, this.width, this.#grown(box, this.edgeWidth), box, this.edgeWidth, this.edges);
    this.#stale = null;
    this.#changed = around(this.#changed, box);
  }

  /** The box in which bits or outlines have changed since the last call, or null. */
  takeChanges() {
    const changed = this.#changed;
    this.#changed = null;
    return changed;
  }

  #grown(box, by) {
    return {
      top: Math.max(0, box.top - by),
      bottom: Math.min(this.height, box.bottom + by),
      left: Math.max(0, box.left - by),
      right: Math.min(this.width, box.right + by),
    };
  }
}

/**
 * Outlines of all masks at once, grown inwards: a mask less itself eroded `times` with the cross of
 * four neighbours, where a bitwise "and" erodes all 16 masks together. What lies beyond the picture
 * counts as outside.
 *
 * @param {Uint16Array} bits Masks, one bit each.
 * @param {number} stride Width of the picture.
 * @param {object} from The box to look at: `box` and `times` pixels around it, within the picture.
 * @param {object} box The box to write.
 * @param {Uint16Array} edges Where to write the outlines.
 */
export function outlines(bits, stride, from, box, times, edges) {
  // A frame of zeros around the box spares the loop below every question about borders.
  const wide = from.right - from.left + 2;
  const high = from.bottom - from.top + 2;
  let now = new Uint16Array(wide * high);
  let next = new Uint16Array(wide * high);
  for (let y = from.top, to = wide + 1; y < from.bottom; y++, to += wide) {
    now.set(bits.subarray(y * stride + from.left, y * stride + from.right), to);
  }
  for (let time = 0; time < times; time++) {
    for (let y = 1; y < high - 1; y++) {
      const end = (y + 1) * wide - 1;
      for (let at = y * wide + 1; at < end; at++) {
        next[at] = now[at] & now[at - 1] & now[at + 1] & now[at - wide] & now[at + wide];
      }
    }
    [now, next] = [next, now];
  }
  for (let y = box.top; y < box.bottom; y++) {
    let inner = (y - from.top + 1) * wide + (box.left - from.left) + 1;
    const end = y * stride + box.right;
    for (let at = y * stride + box.left; at < end; at++) edges[at] = bits[at] & ~now[inner++];
  }
}

/**
 * Colours for every combination of masks: RGBA with premultiplied alpha, one table for fills, one
 * for outlines, and one for the values of maps.
 *
 * @param {{colour: number[], visible: boolean}[]} layers In the order of the masks.
 * @param {{alpha: number, fill: boolean, outline: boolean}} style Alpha is 0..255.
 * @returns {{fill: Uint8Array, edge: Uint8Array, ramp: Uint8Array}} 4 bytes for each of 2^n
 *     combinations and of 256 values.
 */
export function colourTables(layers, style) {
  const fill = new Uint8Array(4 << layers.length);
  const edge = new Uint8Array(4 << layers.length);
  layers.forEach(({ colour, visible }, index) => {
    // The combinations with this mask follow those without it, and lie one layer above them.
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
  return { fill, edge, ramp: rampTable(style.alpha) };
}

/** "#rrggbb" to [r, g, b]. */
export function parseColour(hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
