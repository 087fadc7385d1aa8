/** The reader's moves of a view. Points are CSS pixels from the corner of the picture's box. */
export class Camera {
  /**
   * @param {Painter} painter Draws the view.
   * @param {HTMLElement} box What the picture lies in.
   * @param {() => void} onMove Called after every move, before it is drawn.
   */
  constructor(painter, box, onMove) {
    Object.assign(this, { painter, box, onMove });
  }

  move(change) {
    change(this.painter.view, this.painter.ratio);
    this.onMove();
    this.painter.refresh();
  }

  pan(dx, dy) {
    this.move((view, ratio) => view.panBy(dx * ratio, dy * ratio));
  }

  fit() {
    this.move((view) => view.fit());
  }

  zoomBy(factor, x = this.box.clientWidth / 2, y = this.box.clientHeight / 2) {
    this.move((view, ratio) => view.zoomAt(x * ratio, y * ratio, view.scale * factor));
  }

  zoomTo(scale) {
    this.move((view) => view.zoomAt(view.canvasWidth / 2, view.canvasHeight / 2, scale));
  }

  /** The image point under a point: fractional pixels, 0, 0 being the corner of the first pixel. */
  imagePoint(x, y) {
    const { view, ratio } = this.painter;
    return view.toImage(x * ratio, y * ratio);
  }

  /** Column and row of the image pixel under a point, or null beside the picture. */
  pixel(x, y) {
    const { view } = this.painter;
    const [column, row] = this.imagePoint(x, y).map(Math.floor);
    const isInside = column >= 0 && row >= 0 && column < view.width && row < view.height;
    return isInside ? [column, row] : null;
  }
}
