import { h } from "./dom.js";

const SMOOTHING = 4; // canvas pixels over which a pixel of a shrunk picture is smeared

/** Draws the same as gl.js with a plain 2D canvas: no WebGL2, or a picture too large for it. */
export class CanvasRenderer {
  kind = "2d";
  largest = Infinity;
  lost = false;
  #context;
  #picture = null; // canvas of the size of the picture
  #overlay = null;
  #stack = null; // bits and outlines, see masks.js
  #map = null; // values on the ramp, see ramp.js
  #tables = null;

  constructor(canvas) {
    this.canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  }

  setPicture({ width, height, rgb }) {
    const pixels = new ImageData(width, height);
    for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
      pixels.data[to] = rgb[from];
      pixels.data[to + 1] = rgb[from + 1];
      pixels.data[to + 2] = rgb[from + 2];
      pixels.data[to + 3] = 255;
    }
    this.#picture = sheet(pixels);
    this.#overlay = null;
  }

  setMasks(stack) {
    this.#stack = stack;
  }

  setTables({ fill, edge, ramp }) {
    this.#tables = { fill: straight(fill), edge: straight(edge), ramp: straight(ramp) };
  }

  /** Take the values 0..255 to be shown on the ramp where no mask is filled, or null. */
  setMap(values) {
    this.#map = values;
  }

  /** @param {object | null} part The only box that has changed since the last time, if known. */
  compose(outlined, part = null) {
    const { width, height } = this.#picture;
    const { bits, edges } = this.#stack;
    const { fill, edge, ramp } = this.#tables;
    const map = this.#map;
    const box = part ?? (map ? { top: 0, left: 0, bottom: height, right: width } : this.#stack.box);
    this.#overlay ??= h("canvas", { width, height });
    const context = this.#overlay.getContext("2d");
    if (!part) context.clearRect(0, 0, width, height);
    if (!box) return;
    const pixels = new ImageData(box.right - box.left, box.bottom - box.top);
    const words = new Uint32Array(pixels.data.buffer);
    for (let y = box.top, to = 0; y < box.bottom; y++) {
      const end = y * width + box.right;
      for (let at = y * width + box.left; at < end; at++, to++) {
        if (bits[at] !== 0) words[to] = (outlined && edge[edges[at]]) || fill[bits[at]];
        if (map && words[to] === 0) words[to] = ramp[map[at]];
      }
    }
    context.putImageData(pixels, box.left, box.top);
  }

  /** @param {object | null} part The only box of the picture that looks different now, if known. */
  draw(view, overlay, lineWidth, part = null) {
    const room = roomOf(this.canvas, view, lineWidth, part);
    if (room.width === 0 || room.height === 0) return;
    const context = this.#context;
    context.save();
    context.beginPath();
    context.rect(room.left, room.top, room.width, room.height);
    context.clip();
    this.#drawAll(context, view, overlay, lineWidth, room);
    context.restore();
  }

  #drawAll(context, view, overlay, lineWidth, room) {
    context.fillStyle = "rgb(17 20 23)";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = view.scale < 1;
    context.imageSmoothingQuality = "high";
    const place = [view.left, view.top, view.width * view.scaleX, view.height * view.scaleY];
    if (this.#picture) context.drawImage(this.#picture, ...place);
    if (!overlay || !this.#overlay) return;
    context.drawImage(this.#overlay, ...place);
    if (lineWidth > 0) context.drawImage(this.#screenOutline(view, lineWidth, room), room.left, room.top);
  }

  readPixel(x, y) {
    return [...this.#context.getImageData(x, y, 1, 1).data.subarray(0, 3)];
  }

  destroy() {
    this.canvas.width = this.canvas.height = 1;
    this.#picture = this.#overlay = this.#stack = this.#map = null;
  }

  /** The outline on the screen's own grid, as the shader draws it. */
  #screenOutline(view, lineWidth, { left, top, width, height }) {
    const pixels = new ImageData(width, height);
    const words = new Uint32Array(pixels.data.buffer);
    const columns = imageIndex(width, lineWidth, view.left - left, view.scaleX, view.width);
    const rows = imageIndex(height, lineWidth, view.top - top, view.scaleY, view.height);
    const masksAt = (row, column) =>
      row < 0 || column < 0 ? 0 : this.#stack.bits[row * view.width + column];
    for (let y = 0, at = 0; y < height; y++) {
      const row = rows.here[y];
      for (let x = 0; x < width; x++, at++) {
        const column = columns.here[x];
        const here = masksAt(row, column);
        if (here === 0) continue;
        const around = masksAt(row, columns.before[x]) & masksAt(row, columns.after[x]) &
          masksAt(rows.before[y], column) & masksAt(rows.after[y], column);
        words[at] = this.#tables.edge[here & ~around];
      }
    }
    return sheet(pixels);
  }
}

/** The part of the canvas on which a box of the picture has a bearing: all of it for null. */
function roomOf(canvas, view, lineWidth, part) {
  if (!part) return { left: 0, top: 0, width: canvas.width, height: canvas.height };
  const reach = lineWidth + SMOOTHING;
  const [left, top] = view.toCanvas(part.left, part.top).map((at) => Math.max(0, Math.floor(at - reach)));
  const [right, bottom] = view.toCanvas(part.right, part.bottom).map((at) => Math.ceil(at + reach));
  return {
    left, top,
    width: Math.max(0, Math.min(canvas.width, right) - left),
    height: Math.max(0, Math.min(canvas.height, bottom) - top),
  };
}

/** For every canvas pixel: the image row or column under it and under both ends of the line. */
function imageIndex(length, lineWidth, corner, zoom, size) {
  const index = (shift) =>
    Int32Array.from({ length }, (_, at) => {
      const point = Math.floor((at + 0.5 + shift - corner) / zoom);
      return point >= 0 && point < size ? point : -1;
    });
  return { here: index(0), before: index(-lineWidth), after: index(lineWidth) };
}

function sheet(pixels) {
  const canvas = h("canvas", { width: pixels.width, height: pixels.height });
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
}

/** Premultiplied RGBA bytes to straight RGBA, one 32-bit word an entry. */
function straight(table) {
  const bytes = new Uint8ClampedArray(table.length);
  for (let at = 0; at < table.length; at += 4) {
    const alpha = table[at + 3];
    for (let channel = 0; channel < 3; channel++) {
      bytes[at + channel] = alpha === 0 ? 0 : (table[at + channel] * 255) / alpha;
    }
    bytes[at + 3] = alpha;
  }
  return new Uint32Array(bytes.buffer);
}
