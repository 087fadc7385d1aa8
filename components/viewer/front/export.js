import { encodePng } from "./png.js";
import { storedZip } from "./zip.js";

/** Files for the user to keep. All pixels come from typed arrays, so they are exact. */

/**
 * The overlay on the picture's own grid.
 *
 * Fills first, in the order of the layers: c = floor((c (255 - a) + colour a + 127) / 255). Then
 * outlines, grown inwards, in pure colour.
 *
 * @param {Uint8Array} rgb The picture; it is not changed.
 * @param {MaskStack} stack
 * @param {{index: number, colour: number[], visible: boolean, threshold: number}[]} layers
 * @param {{alpha: number, fill: boolean, outline: boolean}} style
 */
export function overlayPixels(rgb, stack, layers, style) {
  stack.draw(layers.map((layer) => layer.threshold));
  stack.outline();
  const pixels = rgb.slice();
  const shown = layers.filter((layer) => layer.visible);
  if (style.fill) for (const layer of shown) paintFill(pixels, stack.bits, layer, style.alpha);
  if (style.outline) for (const layer of shown) paintOutline(pixels, stack.edges, layer);
  return pixels;
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
export function maskPixels(values, threshold) {
  return Uint8Array.from(values, (value) => (value >= threshold ? 255 : 0));
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
 * `scene` is {width, height, rgb, stack, layers, style, engine, notice, stem, caption}; a
 * layer has
 * `phrase`, `hex` and `text` (its line in the legend) beside what `overlayPixels` needs.
 */
export class Exporter {
  constructor(scene) {
    this.scene = scene;
    this.names = uniqueNames(scene.layers.map((layer) => layer.phrase));
    this.notes = { Source: scene.engine, Disclaimer: scene.notice };
  }

  async overlay() {
    const { width, height, rgb, stack, layers, style, engine, notice, stem, caption } = this.scene;
    let pixels = overlayPixels(rgb, stack, layers, style);
    let rows = height;
    if (caption) {
      const shown = layers.filter((layer) => layer.visible);
      const entries = shown.map(({ hex, text }) => ({ colour: hex, text }));
      const strip = captionStrip(width, entries, [engine, notice]);
      const whole = new Uint8Array(pixels.length + strip.rgb.length);
      whole.set(pixels);
      whole.set(strip.rgb, pixels.length);
      [pixels, rows] = [whole, height + strip.height];
    }
    const bytes = await encodePng(width, rows, 3, pixels, this.notes);
    return { name: `${safeName(stem)}_overlay.png`, bytes, type: "image/png" };
  }

  async mask(index) {
    const { width, height, stack, layers, stem } = this.scene;
    const pixels = maskPixels(stack.masks[index].values, layers[index].threshold);
    const notes = { ...this.notes, Title: layers[index].phrase };
    const bytes = await encodePng(width, height, 1, pixels, notes);
    return { name: `${safeName(stem)}_mask_${this.names[index]}.png`, bytes, type: "image/png" };
  }

  async everything() {
    const files = [await this.overlay()];
    for (const { index } of this.scene.layers) files.push(await this.mask(index));
    files.push({ name: "settings.json", bytes: this.#settings(files) });
    const name = `${safeName(this.scene.stem)}_segmentation.zip`;
    return { name, bytes: storedZip(files), type: "application/zip" };
  }

  #settings(files) {
    const { width, height, stack, layers, style, engine, notice } = this.scene;
    const masks = layers.map((layer, n) => ({
      file: files[n + 1].name,
      phrase: layer.phrase,
      category: layer.category,
      threshold: layer.threshold,
      area_px: stack.area(layer.index, layer.threshold),
      colour: layer.hex,
      shown_in_overlay: layer.visible,
    }));
    const { alpha, fill, outline } = style;
    const overlay = { file: files[0].name, alpha, fill, outline, outline_px: stack.edgeWidth };
    const text = JSON.stringify({ engine, notice, width, height, overlay, masks }, null, 2);
    return new TextEncoder().encode(`${text}\n`);
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
