import { captionStrip, overlayPixels, safeName } from "./export.js";
import { agreementLine, pixelWords, thresholdWords } from "./export_words.js";
import { encodePng } from "./png.js";

const GAP = 12; // white pixels between two pictures

/**
 * Both sides with captions, and the difference when it is on show, as one PNG on the picture's grid.
 *
 * @param {CompareModel} model
 * @returns {Promise<{name: string, bytes: Uint8Array, type: string}>}
 */
export async function comparisonFile(model) {
  const { notice, stem, program } = model.data;
  const panels = [sidePanel(model, "a"), sidePanel(model, "b")];
  if (model.mode === "difference") panels.push(differencePanel(model));
  const numbers = model.differs ? model.pairs.map((pair) => agreementLine(pair.phrase, model.agreement(pair))) : [];
  const engines = ["a", "b"].map((name) => `${name.toUpperCase()}: ${model.data[name].engine}`);
  const { width, height, sheet } = joined(panels, [...numbers, notice]);
  const notes = { Software: program, Source: engines.join("; "), Disclaimer: notice };
  const bytes = await encodePng(width, height, 3, sheet, notes);
  return { name: `${safeName(stem)}_comparison.png`, bytes, type: "image/png" };
}

/** A picture, its legend, and the lines below it. */
function sidePanel(model, name) {
  const { picture, stack, data } = model.scenes[name];
  const { style, overlay } = model.settings;
  const layers = model.layersOf(name);
  const shown = stack && overlay ? layers.filter(({ visible }) => visible) : [];
  const entries = shown.map((layer) => ({ colour: layer.hex, text: [layer.phrase,
    pixelWords(model.area(name, layer)), thresholdWords(layer.threshold)].join("  ·  ") }));
  const lines = [`${name.toUpperCase()}: ${data.engine}`, ...(data.title ? [data.title] : [])];
  const rgb = shown.length ? overlayPixels({ ...picture, stack, layers, style, rule: "independent" }) : picture.rgb;
  return { ...picture, rgb, entries, lines };
}

function differencePanel(model) {
  const stack = model.difference();
  const { layers, style } = model.differenceLook();
  const rgb = overlayPixels({ ...model.picture, stack, layers, style, rule: "independent" });
  const entries = layers.map(({ phrase, hex, index }) =>
    ({ colour: hex, text: `${phrase}  ·  ${pixelWords(stack.masks[index].atLeast[1])}` }));
  return { ...model.picture, rgb, entries, lines: [`Difference: ${model.pair.phrase}`] };
}

/** Panels of one size side by side on white, each with its caption below, and a footer below all. */
function joined(panels, footer) {
  const width = panels.reduce((sum, panel) => sum + panel.width, GAP * (panels.length - 1));
  const strips = panels.map(({ width: room, entries, lines }) => captionStrip(room, entries, lines));
  const foot = captionStrip(panels[0].width, [], footer);
  const top = panels[0].height;
  const height = top + Math.max(...strips.map((strip) => strip.height)) + foot.height;
  const sheet = new Uint8Array(width * height * 3).fill(255);
  panels.forEach((panel, n) => {
    const left = n * (panel.width + GAP);
    place(sheet, width, panel.rgb, panel.width, left, 0);
    place(sheet, width, strips[n].rgb, panel.width, left, top);
  });
  place(sheet, width, foot.rgb, panels[0].width, 0, height - foot.height);
  return { width, height, sheet };
}

/** Copy pixels into a sheet with their corner at a column and a row. */
function place(sheet, sheetWidth, rgb, width, left, top) {
  for (let y = 0, from = 0; from < rgb.length; y++, from += width * 3) {
    sheet.set(rgb.subarray(from, from + width * 3), ((top + y) * sheetWidth + left) * 3);
  }
}
