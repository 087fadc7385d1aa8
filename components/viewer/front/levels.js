import { legendLine } from "./export_words.js";
import { NEVER, parseColour } from "./masks.js";
import { THRESHOLD } from "./settings.js";

/** What is on the screen in numbers: thresholds, the rule for overlaps, and areas. */

/** The thresholds of the layers in their order; a map has one that nothing reaches. */
export function thresholdsOf(layers, settings) {
  return layers.map(({ id, scale }) => (scale ? NEVER : settings.layer(id).threshold));
}

/** What the server is told: the threshold of each phrase, and the rule. */
export function levelsOf(layers, settings) {
  const cut = layers.filter(({ scale }) => !scale);
  const thresholds = Object.fromEntries(cut.map(({ id, phrase }) => [phrase, settings.layer(id).threshold]));
  return { thresholds, rule: settings.rule };
}

/** Whether these levels are what the server takes when it has been told nothing. */
export function areUsual({ thresholds, rule }) {
  return rule === "independent" && Object.values(thresholds).every((level) => level === THRESHOLD);
}

/** What a row of the legend shows of a layer, the masks being drawn at the thresholds of now. */
export function rowState(scene, settings, { id, index, colour, scale }) {
  const { on, threshold, hex } = settings.layer(id);
  const { stack } = scene;
  const known = stack && !scale;
  const area = known ? stack.area(index) : undefined;
  return {
    hex: hex ?? colour, threshold, area, total: scene.total, rule: settings.rule,
    mm2: area === undefined ? null : scene.mm2Of(area),
    contested: known ? stack.contested(index) : 0,
    atLeast: known ? stack.masks[index].atLeast : null,
    visible: settings.isVisible(id) && settings.overlay, switchedOn: on, solo: settings.solo === id,
  };
}

/** The layers as the exporter takes them: see export.js. */
export function layersToExport(scene, settings) {
  const thresholds = thresholdsOf(scene.layers, settings);
  scene.stack.draw(thresholds, settings.rule);
  return scene.layers.map((layer) => {
    const { hex, area, total, mm2 } = rowState(scene, settings, layer);
    const threshold = thresholds[layer.index];
    return {
      ...layer, hex, threshold, colour: parseColour(hex), area,
      visible: settings.isVisible(layer.id), text: legendLine(layer, { threshold, area, total, mm2 }),
    };
  });
}
