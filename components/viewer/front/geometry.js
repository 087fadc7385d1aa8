/** Where the picture lies on the canvas. Everything is in device pixels unless it says otherwise. */

const LARGEST_PIXEL = 64; // an image pixel never gets larger than this on the screen
const MARGIN = 0.98;

export class View {
  canvasWidth = 1;
  canvasHeight = 1;
  width = 1;
  height = 1;
  aspectX = 1;
  aspectY = 1;
  scale = 1; // device pixels for one image pixel, along the axis with the finer spacing
  centreX = 0; // the image point in the middle of the canvas
  centreY = 0;
  fitted = true; // follows the size of the canvas until the user zooms or pans

  /** @param {[number, number] | null} spacing Millimetres between rows and between columns. */
  setPicture(width, height, spacing) {
    const [row, column] = spacing ?? [1, 1];
    Object.assign(this, { width, height });
    this.aspectX = column / Math.min(row, column);
    this.aspectY = row / Math.min(row, column);
    if (this.fitted) this.fit();
  }

  setCanvas(width, height) {
    this.canvasWidth = Math.max(1, width);
    this.canvasHeight = Math.max(1, height);
    if (this.fitted) this.fit();
  }

  get scaleX() {
    return this.scale * this.aspectX;
  }

  get scaleY() {
    return this.scale * this.aspectY;
  }

  /** Left edge of the picture on the canvas, a whole pixel so that 1:1 is sharp. */
  get left() {
    return Math.round(this.canvasWidth / 2 - this.centreX * this.scaleX);
  }

  get top() {
    return Math.round(this.canvasHeight / 2 - this.centreY * this.scaleY);
  }

  get fitScale() {
    const across = this.canvasWidth / (this.width * this.aspectX);
    const down = this.canvasHeight / (this.height * this.aspectY);
    return Math.min(across, down, LARGEST_PIXEL) * MARGIN;
  }

  fit() {
    this.fitted = true;
    this.scale = this.fitScale;
    this.centreX = this.width / 2;
    this.centreY = this.height / 2;
  }

  /** The image point (fractional pixels, corner of the first pixel is 0, 0) at a canvas point. */
  toImage(x, y) {
    return [(x - this.left) / this.scaleX, (y - this.top) / this.scaleY];
  }

  toCanvas(x, y) {
    return [this.left + x * this.scaleX, this.top + y * this.scaleY];
  }

  /** Change the scale and keep the image point under the canvas point where it is. */
  zoomAt(x, y, scale) {
    const [right, down] = [x - this.canvasWidth / 2, y - this.canvasHeight / 2];
    const imageX = this.centreX + right / this.scaleX;
    const imageY = this.centreY + down / this.scaleY;
    const smallest = Math.min(this.fitScale, 1) / 2;
    this.fitted = false;
    this.scale = Math.min(Math.max(scale, smallest), LARGEST_PIXEL);
    this.centreX = imageX - right / this.scaleX;
    this.centreY = imageY - down / this.scaleY;
    this.#keepInSight();
  }

  panBy(dx, dy) {
    this.fitted = false;
    this.centreX -= dx / this.scaleX;
    this.centreY -= dy / this.scaleY;
    this.#keepInSight();
  }

  #keepInSight() {
    this.centreX = Math.min(Math.max(this.centreX, 0), this.width);
    this.centreY = Math.min(Math.max(this.centreY, 0), this.height);
  }

  /** What is needed to come back to this view later. */
  save() {
    const { fitted, scale, centreX, centreY, width, height } = this;
    return { fitted, scale, centreX, centreY, width, height };
  }

  /** Come back to a saved view, unless it was of a picture of another size. */
  restore(saved) {
    if (!saved || saved.width !== this.width || saved.height !== this.height || saved.fitted) {
      this.fit();
    } else {
      Object.assign(this, saved);
    }
  }
}

/**
 * A round length for a scale bar.
 *
 * @param {number} pixelsPerMm CSS pixels that one millimetre takes on the screen.
 * @param {number} room CSS pixels that the bar may take.
 * @returns {{pixels: number, label: string}}
 */
export function scaleBar(pixelsPerMm, room) {
  const most = room / pixelsPerMm;
  const power = 10 ** Math.floor(Math.log10(most));
  const mm = [5, 2, 1].map((step) => step * power).find((length) => length <= most * 1.0001);
  const label = mm >= 1 ? `${Math.round(mm)} mm` : `${Number((mm * 1000).toPrecision(2))} µm`;
  return { pixels: mm * pixelsPerMm, label };
}
