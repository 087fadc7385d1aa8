import { RULE_WORDS, thresholdWords } from "./export_words.js";
import { manifestOf } from "./manifest.js";
import { encodePng } from "./png.js";
import { rampColour, shownMaps } from "./ramp.js";
import { THRESHOLD } from "./settings.js";
import { storedZip } from "./zip.js";

/** Files for the user to keep. All pixels come from typed arrays, so they are exact. */

const RAMP_SWATCH = "#21918c"; // the middle of the ramp

/** Bring the bits to what is exported, whatever has been drawn since. */
function drawStack({ stack, layers, rule }) {
  stack.draw(layers.map((layer) => layer.threshold), rule);
}

/**
 * The overlay on the picture's own grid.
 *
 * Fills first, in the order of the layers: c = floor((c (255 - a) + colour a + 127) / 255). Maps in
 * the same way where no mask is filled. Then outlines, grown inwards, in pure colour.
 *
 * @param {object} scene `rgb`, the picture, which is not changed; `stack`; `rule`; `layers`: index,
 *     colour, visible, threshold and scale of each; `style`: alpha, fill and outline.
 */
export function overlayPixels(scene) {
  const { rgb, stack, layers, style } = scene;
  drawStack(scene);
  stack.outline();
  const pixels = rgb.slice();
  const shown = layers.filter((layer) => layer.visible);
  const filled = style.fill && style.alpha > 0 ? shown : [];
  const map = stack.map(shownMaps(layers));
  if (map) paintMap(pixels, map, stack.bits, filled, style.alpha);
  for (const layer of filled) paintFill(pixels, stack.bits, layer, style.alpha);
  if (style.outline) for (const layer of shown) paintOutline(pixels, stack.edges, layer);
  return pixels;
}

function paintMap(pixels, map, bits, filled, alpha) {
  const above = filled.reduce((mask, { index }) => mask | (1 << index), 0);
  const colours = Array.from({ length: 256 }, (_, value) => rampColour(value));
  for (let at = 0, to = 0; at < map.length; at++, to += 3) {
    if (map[at] === 0 || bits[at] & above) continue;
    const colour = colours[map[at]];
    for (let n = 0; n < 3; n++) {
      pixels[to + n] = (pixels[to + n] * (255 - alpha) + colour[n] * alpha + 127) / 255;
    }
  }
}

function paintFill(pixels, bits, { index, colour }, alpha) {
  const bit = 1 << index;
  const [red, green, blue] = colour.map((channel) => channel * alpha + 127);
  const keep = 255 - alpha;
  for (let at = 0, to = 0; at < bits.length; at++, to += 3) {
    if ((bits[at] & bit) === 0) continue;
    pixels[to] = (pixels[to] * keep + red) / 255;
    pixels[to + 1] = (pixels[to + 1] * keep + green) / 255;
    pixels[to + 2] = (pixels[to + 2] * keep + blue) / 255;
  }
}

function paintOutline(pixels, edges, { index, colour }) {
  const bit = 1 << index;
  for (let at = 0; at < edges.length; at++) {
    if (edges[at] & bit) pixels.set(colour, at * 3);
  }
}

/** One mask as 0 and 255. */
export function maskPixels(bits, index) {
  const out = new Uint8Array(bits.length);
  for (let at = 0; at < bits.length; at++) out[at] = ((bits[at] >> index) & 1) * 255;
  return out;
}

/**
 * A white strip with the legend, the engine and the notice, as wide as the picture.
 *
 * @param {{colour: string, text: string}[]} entries
 * @returns {{height: number, rgb: Uint8Array}}
 */
export function captionStrip(width, entries, lines) {
  const size = Math.max(9, Math.min(30, Math.round(width / 58)));
  const step = Math.round(size * 1.55);
  const pad = Math.round(size * 0.9);
  const canvas = document.createElement("canvas");
  const font = `${size}px system-ui, sans-serif`;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.font = font;
  const room = Math.max(size, width - 2 * pad);
  const indent = Math.round(size * 1.5);
  const rows = [
    ...entries.flatMap(({ colour, text }) =>
      wrap(context, text, room - indent).map((line, n) => ({ line, indent, swatch: n ? null : colour }))),
    ...lines.flatMap((text) => wrap(context, text, room).map((line) => ({ line, indent: 0 }))),
  ];
  canvas.width = width;
  canvas.height = rows.length * step + 2 * pad;
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.font = font;
  context.textBaseline = "middle";
  rows.forEach((row, n) => {
    const middle = pad + (n + 0.5) * step;
    if (row.swatch) {
      context.fillStyle = row.swatch;
      context.fillRect(pad, Math.round(middle - size / 2), size, size);
    }
    context.fillStyle = row.indent ? "#14181d" : "#4a535e";
    context.fillText(row.line, pad + row.indent, middle);
  });
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const rgb = new Uint8Array(canvas.width * canvas.height * 3);
  for (let to = 0, from = 0; to < rgb.length; to += 3, from += 4) {
    rgb.set(data.subarray(from, from + 3), to);
  }
  return { height: canvas.height, rgb };
}

/** Break text into lines that fit; a word that is too long alone is broken between letters. */
function wrap(context, text, room) {
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (context.measureText(longer).width <= room) {
      line = longer;
      continue;
    }
    if (line) lines.push(line);
    line = "";
    for (const letter of word) {
      if (line && context.measureText(line + letter).width > room) {
        lines.push(line);
        line = "";
      }
      line += letter;
    }
  }
  return line ? [...lines, line] : lines;
}

/** A part of a file name that every system takes: letters, digits, "-" and "_". */
export function safeName(text, otherwise = "image") {
  const plain = text.normalize("NFC").replace(/[^\p{L}\p{N}_-]+/gu, "_").replace(/^[_-]+|[_-]+$/g, "");
  return [...plain].slice(0, 60).join("") || otherwise;
}

/** One safe name a phrase, told apart by a number where two come out the same. */
export function uniqueNames(phrases) {
  const taken = new Set();
  return phrases.map((phrase) => {
    const name = safeName(phrase.toLowerCase(), "phrase");
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name}_${n}`;
    taken.add(unique);
    return unique;
  });
}

/**
 * Makes the files for one picture with its masks and the current settings.
 *
 * `scene` is {width, height, rgb, stack, layers, style, opacity, rule, caption, data}; `data` is the
 * server's message. A layer has `phrase`, `hex`, `area` and `text` (its line in the legend) beside
 * what `overlayPixels` needs.
 */
export class Exporter {
  constructor(scene) {
    this.scene = scene;
    this.names = uniqueNames(scene.layers.map((layer) => layer.phrase));
    this.stem = safeName(scene.data.stem);
    this.notes = { Software: scene.data.program, Source: scene.data.engine, Disclaimer: scene.data.notice };
    drawStack(scene);
    this.shared = scene.stack.shared;
    this.cut = scene.layers.filter((layer) => !layer.scale);
    this.ruleLines = this.cut.length > 1 ? [RULE_WORDS[scene.rule]] : [];
  }

  async overlay() {
    const { width, height, caption, layers, data } = this.scene;
    let pixels = overlayPixels(this.scene);
    let rows = height;
    if (caption) {
      const shown = layers.filter((layer) => layer.visible);
      const entries = shown.map(({ hex, scale, text }) => ({ colour: scale ? RAMP_SWATCH : hex, text }));
      const strip = captionStrip(width, entries, [...this.ruleLines, data.engine, data.notice]);
      const whole = new Uint8Array(pixels.length + strip.rgb.length);
      whole.set(pixels);
      whole.set(strip.rgb, pixels.length);
      [pixels, rows] = [whole, height + strip.height];
    }
    const bytes = await encodePng(width, rows, 3, pixels, this.#notes(this.cut));
    return { name: `${this.stem}_overlay.png`, bytes, type: "image/png" };
  }

  /** One layer alone: a mask as 0 and 255, a map with its own values. */
  async mask(index) {
    const { width, height, stack } = this.scene;
    const layer = this.scene.layers[index];
    const { phrase, scale } = layer;
    if (!scale) drawStack(this.scene);
    const pixels = scale ? stack.masks[index].values : maskPixels(stack.bits, index);
    const notes = { ...this.#notes(scale ? [] : [layer]), Title: phrase };
    const bytes = await encodePng(width, height, 1, pixels, notes);
    const kind = scale ? safeName(scale, "map") : "mask";
    return { name: `${this.stem}_${kind}_${this.names[index]}.png`, bytes, type: "image/png", mask: index };
  }

  async everything() {
    const files = [await this.overlay()];
    for (const { index } of this.scene.layers) files.push(await this.mask(index));
    const text = JSON.stringify(manifestOf(this.scene, this.shared, files), null, 2);
    files.push({ name: "manifest.json", bytes: new TextEncoder().encode(`${text}\n`) });
    return { name: `${this.stem}_segmentation.zip`, bytes: storedZip(files), type: "application/zip" };
  }

  /** What a file says of itself: the usual, thresholds that were moved, and the rule for overlaps. */
  #notes(layers) {
    const moved = layers.filter(({ threshold }) => threshold !== THRESHOLD)
      .map(({ phrase, threshold }) => `${phrase}: ${thresholdWords(threshold)}`);
    const lines = [...moved, ...(layers.length > 0 ? this.ruleLines : [])];
    return { ...this.notes, ...(lines.length > 0 ? { Comment: lines.join("\n") } : {}) };
  }
}

/** Hand a file to the browser's downloads. */
export function save({ name, bytes, type }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
