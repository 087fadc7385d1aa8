import { analyse, MaskStack } from "./masks.js";
import { decodePng, inflate } from "./png.js";
import { shared } from "./store.js";

/** Turns hashes into decoded pictures and masks, each decoded once while it is in use. */
export class Loader {
  #decoded = new Map(); // hash -> Promise

  picture(hash) {
    return this.#once(hash, ({ body }) => decodePng(body));
  }

  mask(hash) {
    return this.#once(hash, async ({ head, body }) =>
      analyse(await inflate(body), head.width, head.height));
  }

  /** Forget everything but these hashes. */
  keep(hashes) {
    for (const hash of this.#decoded.keys()) {
      if (hashes.includes(hash)) continue;
      this.#decoded.delete(hash);
      shared().store.release(hash, this);
    }
  }

  #once(hash, decode) {
    if (!this.#decoded.has(hash)) {
      shared().store.hold(hash, this);
      this.#decoded.set(hash, shared().store.get(hash).then(decode));
    }
    return this.#decoded.get(hash);
  }
}

/** Every hash that a viewer's data names. */
export function hashesOf(data) {
  const masks = data.masks.map((mask) => mask.hash);
  return [data.image.hash, ...masks, ...(data.model ? [data.model] : [])];
}

/**
 * One entry a phrase. Phrases that are equal are told apart by their turn. `shown` has what the
 * reader sees of phrase, category and note; the English ones go into files.
 */
export function layersOf(masks) {
  const turns = new Map();
  return masks.map(({ phrase, category, note, shown, caution, colour, scale, sha256 }, index) => {
    const turn = (turns.get(phrase) ?? 0) + 1;
    turns.set(phrase, turn);
    return { id: `${turn} ${phrase}`, index, phrase, category, note, shown, caution, colour, scale, sha256 };
  });
}

/** What is on the screen: a picture and, as soon as they are there, its masks. */
export class Scene {
  /**
   * @param {object} data The server's message.
   * @param {object} picture {width, height, rgb}
   * @param {object[] | null} masks What `analyse` returned, or null while they are on their way.
   * @param {Scene} [before] What was on the screen; its bits are used again where they fit.
   */
  constructor(data, picture, masks, before) {
    this.data = data;
    this.picture = picture;
    this.layers = layersOf(data.masks);
    if (!masks) this.stack = null;
    else if (before?.picture === picture && before.stack?.extend(masks)) this.stack = before.stack;
    else this.stack = new MaskStack(picture.width, picture.height, masks);
  }

  get total() {
    return this.picture.width * this.picture.height;
  }

  /** Square millimetres of a number of pixels, or null without a spacing. */
  mm2Of(pixels) {
    const { spacing } = this.data.image;
    return spacing && pixels * spacing[0] * spacing[1];
  }
}
