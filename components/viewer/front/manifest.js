import { sha256 } from "./sha256.js";

/**
 * What is on the screen, written down with the names of core/export/manifest.py.
 *
 * @param {object} scene What the exporter was given, see export.js.
 * @param {{total: number, each: Uint32Array}} shared Pixels that several masks claim.
 * @param {{name: string, bytes: Uint8Array, mask?: number}[]} files The files beside it; `mask` is
 *     the index of the layer that a file shows.
 * @returns {object} For JSON.
 */
export function manifestOf(scene, shared, files) {
  const { data, width, height, layers, style, rule, stack } = scene;
  return {
    program: data.program,
    version: data.version,
    notice: data.notice,
    engine: data.engine,
    phrases: layers.map((layer) => layer.phrase),
    image: {
      sha256: data.image.sha256,
      height,
      width,
      spacing_mm: data.image.spacing && { row: data.image.spacing[0], column: data.image.spacing[1] },
      orientation: data.image.letters,
    },
    masks: layers.map((layer) => ({
      file: files.find((file) => file.mask === layer.index).name,
      ...describeLayer(layer, width * height),
    })),
    overlaps: {
      rule,
      claimed_by_several_px: shared.total,
      phrases: layers.filter(({ index }) => shared.each[index] > 0).map(({ phrase }) => phrase),
    },
    overlay: {
      file: files[0].name, opacity: scene.opacity, alpha: style.alpha, fill: style.fill,
      outline: style.outline, outline_px: stack.edgeWidth,
    },
    files: Object.fromEntries(files.map(({ name, bytes }) => [name, sha256(bytes)])),
  };
}

function describeLayer(layer, total) {
  const { phrase, category, note, threshold, hex, area, visible, scale } = layer;
  const cut = {
    threshold,
    area_px: area,
    area_percent: Number(((100 * area) / total).toFixed(4)),
  };
  return {
    phrase,
    category,
    note,
    ...(scale ? { scale } : cut),
    colour: hex,
    shown_in_overlay: visible,
    probability_sha256: layer.sha256,
  };
}
