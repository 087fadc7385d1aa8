import { deflate, inflate } from "./png.js";
import { sha256 } from "./sha256.js";

/** Masks as short texts and as hashes. A mask is a Uint8Array of zeros and ones, row by row. */

/** Eight pixels a byte, the first in the highest bit; the last byte is filled with zeros. */
export function packMask(mask) {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  const whole = mask.length >> 3;
  for (let to = 0, at = 0; to < whole; to++, at += 8) {
    bytes[to] = (mask[at] << 7) | (mask[at + 1] << 6) | (mask[at + 2] << 5) | (mask[at + 3] << 4)
      | (mask[at + 4] << 3) | (mask[at + 5] << 2) | (mask[at + 6] << 1) | mask[at + 7];
  }
  for (let at = whole * 8; at < mask.length; at++) bytes[whole] |= mask[at] << (7 - (at & 7));
  return bytes;
}

/**
 * The mask that `packMask` has packed.
 *
 * @param {number} size Pixels of the mask.
 */
export function unpackMask(bytes, size) {
  if (bytes.length !== Math.ceil(size / 8)) throw new Error("a packed mask of another size");
  const mask = new Uint8Array(size);
  for (let at = 0; at < size; at++) mask[at] = (bytes[at >> 3] >> (7 - (at & 7))) & 1;
  return mask;
}

/** A mask as Base64 of its zlib-compressed packed pixels. */
export async function encodeMask(mask) {
  const bytes = await deflate(packMask(mask));
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** The mask of `size` pixels that `encodeMask` has encoded; throws when it is none. */
export async function decodeMask(text, size) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return unpackMask(await inflate(bytes), size);
}

/** SHA-256 as `core.review.masks.mask_sha256` computes it: of "<H>x<W>:" and a byte a pixel. */
export async function maskHash(mask, width, height) {
  const head = new TextEncoder().encode(`${height}x${width}:`);
  const bytes = new Uint8Array(head.length + mask.length);
  bytes.set(head);
  bytes.set(mask, head.length);
  if (!globalThis.crypto?.subtle) return sha256(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
