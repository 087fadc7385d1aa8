import { CanvasRenderer } from "./canvas2d.js";
import { h } from "./dom.js";
import { View } from "./geometry.js";
import { GlRenderer } from "./gl.js";
import { colourTables } from "./masks.js";
import { shownMaps } from "./ramp.js";

const LINE = 1.75; // CSS pixels of an outline drawn on the screen's own grid
const THICK = 2.5; // CSS pixels from which an outline in image pixels looks clumsy
const PATIENCE_MS = 2000; // how long a lost WebGL context may take to come back

/**
 * Owns the canvas: picks a renderer, redraws at most once a frame and only when something changed.
 *
 * `look()` gives {overlay, style, rule, layers: [{colour, visible, threshold, scale}]} at the time of
 * drawing.
 */
export class Painter {
  view = new View();
  generation = 0; // frames drawn so far
  #picture = null;
  #stack = null;
  #request = 0;
  #uploaded = false; // the renderer has the picture
  #composed = ""; // the look that the overlay texture was composed for
  #placed = ""; // where and how the last frame was drawn
  #backup = 0;

  /** @param {object} options `renderer` forces "2d" or "webgl2"; `onFrame` runs after a frame. */
  constructor(box, look, { renderer, onFrame }) {
    Object.assign(this, { box, look, onFrame, plain: renderer === "2d", forced: renderer === "webgl2" });
    this.#newCanvas(this.plain);
    this.limit = this.renderer.kind === "2d" ? 0 : this.renderer.largest;
    this.resizing = new ResizeObserver(() => this.refresh());
    this.resizing.observe(box);
  }

  /** Show a picture {width, height, rgb} with its masks, or bare when `stack` is null. */
  show(picture, stack, spacing) {
    const plain = this.plain || Math.max(picture.width, picture.height) > this.limit;
    if (plain !== (this.renderer.kind === "2d")) this.#newCanvas(plain);
    if (picture !== this.#picture) this.#uploaded = false;
    if (stack !== this.#stack) this.#composed = "";
    this.#picture = picture;
    this.#stack = stack;
    this.view.setPicture(picture.width, picture.height, spacing);
    this.refresh();
  }

  /** Draw in the next frame. */
  refresh() {
    this.#request ||= requestAnimationFrame(() => {
      this.#request = 0;
      this.paint();
    });
  }

  /** Draw now. */
  paint() {
    if (!this.#picture || this.renderer.lost) return;
    this.#fitCanvas();
    const look = this.look();
    if (!this.#uploaded) this.renderer.setPicture(this.#picture);
    const line = this.#stack ? this.#lineWidth(look.style) : 0;
    const overlay = Boolean(look.overlay && this.#stack);
    const part = this.#stack && this.#compose(look, line === 0);
    this.#uploaded = true;
    this.renderer.draw(this.view, overlay, line, this.#hasMoved(overlay, line) ? null : part);
    this.generation += 1;
    this.onFrame();
  }

  destroy() {
    cancelAnimationFrame(this.#request);
    clearTimeout(this.#backup);
    this.resizing.disconnect();
    this.#picture = this.#stack = null;
    this.renderer.destroy();
  }

  get ratio() {
    return window.devicePixelRatio || 1;
  }

  #fitCanvas() {
    const width = Math.round(this.box.clientWidth * this.ratio);
    const height = Math.round(this.box.clientHeight * this.ratio);
    if (width === 0 || height === 0) return;
    const { canvas } = this.renderer;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    this.view.setCanvas(width, height);
  }

  /** Whether this frame differs from the last one in more than the masks' pixels. */
  #hasMoved(overlay, line) {
    const { left, top, scaleX, scaleY, canvasWidth, canvasHeight } = this.view;
    const place = [left, top, scaleX, scaleY, canvasWidth, canvasHeight, overlay, line].join();
    const moved = place !== this.#placed;
    this.#placed = place;
    return moved;
  }

  /**
   * Bring masks, tables and overlay texture up to date, doing only what changed.
   *
   * @returns {object | null} The box outside of which nothing looks different, if there is one.
   */
  #compose(look, baked) {
    const stack = this.#stack;
    const whole = !this.#uploaded || this.#composed === "";
    stack.draw(look.layers.map((layer) => layer.threshold), look.rule);
    if (look.style.outline && baked) stack.outline();
    const changed = stack.takeChanges();
    if (whole || changed) this.renderer.setMasks(stack, whole ? null : changed);
    const key = JSON.stringify([look.style, look.layers, baked]);
    if (!whole && key === this.#composed) {
      if (changed) this.renderer.compose(baked, changed);
      return changed;
    }
    this.renderer.setTables(colourTables(look.layers, look.style));
    this.renderer.setMap(stack.map(shownMaps(look.layers)));
    this.renderer.compose(baked);
    this.#composed = key;
    return null;
  }

  /** 0 while the outline in image pixels is thin on the screen; then it is drawn on its grid. */
  #lineWidth(style) {
    if (!style.outline) return 0;
    const onScreen = this.#stack.edgeWidth * Math.max(this.view.scaleX, this.view.scaleY);
    return onScreen > THICK * this.ratio ? LINE * this.ratio : 0;
  }

  #newCanvas(plain) {
    clearTimeout(this.#backup);
    this.renderer?.destroy();
    // A canvas that has been asked for WebGL2 gives no other context, so the fallback gets its own.
    const renderer = plain ? null : GlRenderer.create(h("canvas"), this.forced);
    this.renderer = renderer ?? new CanvasRenderer(h("canvas"));
    const { canvas } = this.renderer;
    this.#uploaded = false;
    this.#composed = this.#placed = "";
    canvas.addEventListener("webglcontextlost", (event) => this.#onLost(event));
    canvas.addEventListener("webglcontextrestored", () => this.#onRestored());
    this.box.querySelector("canvas")?.remove();
    this.box.prepend(canvas);
  }

  #onLost(event) {
    if (event.target !== this.renderer.canvas || !this.#picture) return;
    event.preventDefault();
    this.#backup = setTimeout(() => this.#useCanvas(), PATIENCE_MS);
  }

  #onRestored() {
    clearTimeout(this.#backup);
    this.renderer.restore();
    this.#uploaded = false;
    this.#composed = "";
    this.refresh();
  }

  /** Give up on WebGL2 for this viewer. */
  #useCanvas() {
    this.plain = true;
    this.#newCanvas(true);
    this.refresh();
  }
}
