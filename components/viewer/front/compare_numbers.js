import { analyse } from "./masks.js";
import { t } from "./texts.js";

/**
 * Numbers of two masks, as core/analysis/comparison.py has them, for thresholds that move. A
 * threshold is 1 or more here, so that only pixels within the masks' boxes can count.
 */

/**
 * What the parts of a difference are called and how they look, in the order of `differenceOf`: three
 * colours of Okabe and Ito that stay at least 33 apart in CIELAB for each kind of colour blindness.
 * `phrase` is what files say, `shown` what the screen does.
 */
export const PARTS = [
  { phrase: "only A", shown: () => t("only A"), hex: "#d55e00" },
  { phrase: "both", shown: () => t("both"), hex: "#f0e442" },
  { phrase: "only B", shown: () => t("only B"), hex: "#0072b2" },
];

/**
 * @param {object} a What `analyse` returned.
 * @param {object} b The same for the other mask.
 * @param {number} width Of the picture.
 */
export function agreementOf(a, thresholdA, b, thresholdB, width) {
  const areaA = a.atLeast[thresholdA];
  const areaB = b.atLeast[thresholdB];
  const both = common(a, thresholdA, b, thresholdB, width);
  const total = areaA + areaB;
  return {
    areaA, areaB, both, onlyA: areaA - both, onlyB: areaB - both, empty: total === 0,
    dice: total ? (2 * both) / total : 1, iou: total ? both / (total - both) : 1,
  };
}

/** Pixels that reach both thresholds. */
function common(a, thresholdA, b, thresholdB, width) {
  if (!a.box || !b.box) return 0;
  const right = Math.min(a.box.right, b.box.right);
  const bottom = Math.min(a.box.bottom, b.box.bottom);
  const left = Math.max(a.box.left, b.box.left);
  let found = 0;
  for (let y = Math.max(a.box.top, b.box.top); y < bottom; y++) {
    const end = y * width + right;
    for (let at = y * width + left; at < end; at++) {
      if (a.values[at] >= thresholdA && b.values[at] >= thresholdB) found++;
    }
  }
  return found;
}

/** Three masks that share no pixel: only A, both, only B. */
export function differenceOf(a, thresholdA, b, thresholdB, width, height) {
  const parts = PARTS.map(() => new Uint8Array(width * height));
  for (let at = 0; at < width * height; at++) {
    const inA = a.values[at] >= thresholdA;
    const inB = b.values[at] >= thresholdB;
    if (inA || inB) parts[inA ? (inB ? 1 : 0) : 2][at] = 255;
  }
  return parts.map((values) => analyse(values, width, height));
}

/**
 * Rows of the table: first the pairs, then what stands alone on side A, then on side B.
 *
 * @param {[number, number][]} pairs Positions in both lists.
 * @returns {{id: string, phrase: string, a: object | null, b: object | null}[]}
 */
export function rowsOf(pairs, layersA, layersB) {
  const alone = (layers, side) =>
    layers.filter(({ index }) => !pairs.some((pair) => pair[side] === index));
  const rows = [
    ...pairs.map(([i, j]) => ({ a: layersA[i], b: layersB[j] })),
    ...alone(layersA, 0).map((a) => ({ a, b: null })),
    ...alone(layersB, 1).map((b) => ({ a: null, b })),
  ];
  return rows.map(({ a, b }) => ({ a, b, id: `${a?.id ?? ""}|${b?.id ?? ""}`, phrase: named(a, b) }));
}

function named(a, b) {
  const same = !a || !b || a.phrase.toLowerCase() === b.phrase.toLowerCase();
  return same ? (a ?? b).phrase : `${a.phrase} / ${b.phrase}`;
}
