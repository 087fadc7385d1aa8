import { PROGRAMS } from "./shaders.js";

/**
 * Draws with WebGL2. The masks' bits and the colour tables become one overlay texture when they change;
 * a frame reads the picture and that texture, whatever the number of masks.
 */
export class GlRenderer {
  kind = "webgl2";
  #gl;
  #textures = {};
  #programs = {};
  #size = [0, 0];
  #map; // what `setMap` was last given

  /** Null without WebGL2, or where it would run on the processor: there the plain canvas is faster. */
  static create(canvas, evenIfSlow) {
    const options = { alpha: false, antialias: false, depth: false, stencil: false };
    const gl = canvas.getContext("webgl2", options);
    return gl && (evenIfSlow || !isSoftware(gl)) ? new GlRenderer(canvas, gl) : null;
  }

  constructor(canvas, gl) {
    this.canvas = canvas;
    this.#gl = gl;
    this.largest = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    this.restore();
  }

  /** Build everything that a lost context took with it; picture and masks are set again after. */
  restore() {
    const gl = this.#gl;
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.disable(gl.DITHER);
    for (const [name, sources] of Object.entries(PROGRAMS)) {
      this.#programs[name] = link(gl, ...sources);
    }
    this.#textures = {};
    this.#map = undefined;
    for (const name of ["picture", "overlay", "bits", "edges", "table", "map"]) {
      this.#textures[name] = gl.createTexture();
    }
    this.frameBuffer = gl.createFramebuffer();
    gl.bindVertexArray(gl.createVertexArray());
  }

  setPicture({ width, height, rgb }) {
    const gl = this.#gl;
    this.#size = [width, height];
    this.#bind(0, "picture", gl.LINEAR_MIPMAP_LINEAR);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, width, height, 0, gl.RGB, gl.UNSIGNED_BYTE, rgb);
    gl.generateMipmap(gl.TEXTURE_2D);
    this.#bind(0, "overlay", gl.LINEAR_MIPMAP_LINEAR);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
  }

  /** Take the masks' bits and outlines (see masks.js): all rows, or those that changed. */
  setMasks({ bits, edges }, rows) {
    this.#setBits("bits", bits, rows);
    this.#setBits("edges", edges, rows);
  }

  #setBits(name, bits, rows) {
    const gl = this.#gl;
    const [width, height] = this.#size;
    const [format, type] = [gl.RED_INTEGER, gl.UNSIGNED_SHORT];
    this.#bind(0, name, gl.NEAREST);
    if (!rows) {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, width, height, 0, format, type, bits);
      return;
    }
    const part = bits.subarray(rows.top * width, rows.bottom * width);
    gl.texSubImage2D(
      gl.TEXTURE_2D, 0, 0, rows.top, width, rows.bottom - rows.top, format, type, part);
  }

  /** @param {{fill: Uint8Array, edge: Uint8Array, ramp: Uint8Array}} tables See `colourTables`. */
  setTables({ fill, edge, ramp }) {
    const gl = this.#gl;
    const rows = Math.ceil(fill.length / 1024);
    const all = new Uint8Array((rows * 2 + 1) * 1024);
    all.set(fill);
    all.set(edge, rows * 1024);
    all.set(ramp, rows * 2048);
    this.#bind(0, "table", gl.NEAREST);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, rows * 2 + 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, all);
  }

  /** Take the values 0..255 to be shown on the ramp where no mask is filled, or null. */
  setMap(values) {
    const gl = this.#gl;
    if (values === this.#map) return;
    this.#map = values;
    const [width, height] = values ? this.#size : [1, 1];
    const [format, type] = [gl.RED_INTEGER, gl.UNSIGNED_BYTE];
    this.#bind(0, "map", gl.NEAREST);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8UI, width, height, 0, format, type,
      values ?? new Uint8Array(1));
  }

  /** Turn masks and tables into the overlay texture, with the outlines in it or without. */
  compose(edges) {
    const gl = this.#gl;
    const [width, height] = this.#size;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frameBuffer);
    gl.framebufferTexture2D(
      gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.#textures.overlay, 0);
    gl.viewport(0, 0, width, height);
    const program = this.#use("compose", ["bits", "edges", "table", "map"]);
    gl.uniform1i(gl.getUniformLocation(program, "outlined"), edges ? 1 : 0);
    gl.uniform1i(gl.getUniformLocation(program, "mapped"), this.#map ? 1 : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.#bind(0, "overlay", gl.LINEAR_MIPMAP_LINEAR);
    gl.generateMipmap(gl.TEXTURE_2D);
  }

  /**
   * @param {View} view Where the picture lies.
   * @param {boolean} overlay False draws the bare picture.
   * @param {number} lineWidth Device pixels of an outline that is drawn on the screen grid; 0 when
   *     the outline is in the overlay texture already.
   */
  draw(view, overlay, lineWidth) {
    const gl = this.#gl;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    const program = this.#use("draw", ["picture", "overlay", "bits", "table"]);
    const set = (name, ...values) =>
      gl[`uniform${values.length}f`](gl.getUniformLocation(program, name), ...values);
    set("size", ...this.#size);
    set("corner", view.left, view.top);
    set("zoom", view.scaleX, view.scaleY);
    set("canvasHeight", this.canvas.height);
    set("strength", overlay ? 1 : 0);
    set("lineWidth", overlay ? lineWidth : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** [r, g, b] of a canvas pixel, counted from the top left; call in the task that drew. */
  readPixel(x, y) {
    const gl = this.#gl;
    const out = new Uint8Array(4);
    gl.readPixels(x, this.canvas.height - 1 - y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, out);
    return [...out.subarray(0, 3)];
  }

  get lost() {
    return this.#gl.isContextLost();
  }

  /** Free the GPU's memory now instead of when the garbage collector comes by. */
  destroy() {
    const gl = this.#gl;
    for (const texture of Object.values(this.#textures)) gl.deleteTexture(texture);
    gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #bind(unit, name, filter) {
    const gl = this.#gl;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, this.#textures[name]);
    if (filter === undefined) return;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }

  /** Use a program; its samplers have the names of the textures. */
  #use(name, textures) {
    const gl = this.#gl;
    const program = this.#programs[name];
    gl.useProgram(program);
    textures.forEach((texture, unit) => {
      this.#bind(unit, texture);
      gl.uniform1i(gl.getUniformLocation(program, texture), unit);
    });
    return program;
  }
}

/** Whether WebGL2 is computed without a graphics card. */
function isSoftware(gl) {
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer);
}

function link(gl, vertex, fragment) {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(gl.getProgramInfoLog(program));
  }
  return program;
}
