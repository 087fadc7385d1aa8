import { areaText, chance, count, ENGLISH, percent } from "./numbers.js";
import { THRESHOLD } from "./settings.js";

/** What files say. They are English whatever the reader's language, so that all can read them. */

/** The rule for overlaps. */
export const RULE_WORDS = {
  independent: "Overlaps: each phrase keeps its pixels.",
  highest: "Overlaps: one label a pixel, by the highest probability.",
};

/** "threshold 90 (p ≥ 0.35)" */
export function thresholdWords(threshold) {
  return `threshold ${threshold} (p ≥ ${chance(threshold, ENGLISH)})`;
}

/** 12345 to "12,345 px". */
export const pixelWords = (number) => `${count(number, ENGLISH)} px`;

/** What a legend says of a layer; `mm2` is null without a spacing. */
export function legendLine({ phrase, category, scale }, { threshold, area, total, mm2 }) {
  if (scale) return [phrase, `${scale}, dark 0 % to light 100 %`].join("  ·  ");
  return [
    phrase,
    category === null ? "no category" : `category: ${category}`,
    area === 0 ? "nothing found" : `${pixelWords(area)}, ${percent(area / total, ENGLISH)}`,
    ...(mm2 !== null && area ? [areaText(mm2, ENGLISH)] : []),
    ...(threshold === THRESHOLD ? [] : [thresholdWords(threshold)]),
  ].join("  ·  ");
}

/** How far two masks agree, in a line; `found` is what `agreementOf` returned. */
export function agreementLine(phrase, found) {
  const share = (name) => (found.empty ? "both empty" : found[name].toFixed(3));
  return [phrase, `Dice ${share("dice")}`, `IoU ${share("iou")}`,
    `only A ${pixelWords(found.onlyA)}`, `only B ${pixelWords(found.onlyB)}`].join("  ·  ");
}
