/**
 * What tests look at, on the host element as `viewer`. Points are CSS pixels from the corner of the
 * canvas.
 *
 * @param {Painter} painter
 * @param {(change: (view: View) => void) => void} move Changes the view as the user would.
 */
export function hooksOf(painter, move) {
  const { view } = painter;
  return {
    get generation() {
      return painter.generation;
    },
    get kind() {
      return painter.renderer.kind;
    },
    canvas: () => painter.renderer.canvas,
    scale: () => view.scale,
    toCanvas: (x, y) => view.toCanvas(x, y).map((value) => value / painter.ratio),
    zoomTo: (scale, centreX = view.width / 2, centreY = view.height / 2) =>
      move(() => Object.assign(view, { scale, centreX, centreY, fitted: false })),
    /** [r, g, b] on the screen. */
    readPixel: (x, y) => {
      painter.paint();
      return painter.renderer.readPixel(...[x, y].map((value) => Math.floor(value * painter.ratio)));
    },
    /** The canvas as the URL of a PNG. */
    snapshot: () => {
      painter.paint();
      return painter.renderer.canvas.toDataURL();
    },
    /** Milliseconds a frame takes, the pixels read back included; the mean of `count`. */
    frameMs: (count) => {
      const start = performance.now();
      for (let n = 0; n < count; n++) {
        painter.paint();
        painter.renderer.readPixel(0, 0);
      }
      return (performance.now() - start) / count;
    },
  };
}
