/**
 * Maps: layers whose values are shown as they are, from 0 to 100 %, on a ramp of colours instead
 * of being cut at a threshold. The ramp gets lighter from end to end, so that it is read in the
 * right order with any colour vision and in print.
 */

// Every 32nd colour of "viridis" (matplotlib, CC0) and its last one.
const ANCHORS = ["440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725"];

/** [r, g, b] of a value 0..255. */
export function rampColour(value) {
  const place = (value / 255) * (ANCHORS.length - 1);
  const below = Math.min(Math.floor(place), ANCHORS.length - 2);
  const [low, high] = [ANCHORS[below], ANCHORS[below + 1]].map((hex) =>
    [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
  return low.map((channel, n) => Math.round(channel + (high[n] - channel) * (place - below)));
}

/** Premultiplied RGBA for the values 0..255; 0 shows nothing. */
export function rampTable(alpha) {
  const table = new Uint8Array(1024);
  for (let value = 1; value < 256; value++) {
    table.set(rampColour(value).map((channel) => (channel * alpha + 127) / 255), value * 4);
    table[value * 4 + 3] = alpha;
  }
  return table;
}

/** The ramp as a CSS background. */
export function rampGradient() {
  return `linear-gradient(to right, ${ANCHORS.map((hex) => `#${hex}`).join(", ")})`;
}

/** Indices of the layers that are maps and show. */
export function shownMaps(layers) {
  return layers.flatMap(({ scale, visible }, index) => (scale && visible ? [index] : []));
}

/** Several maps in one, at each pixel the largest value; null for none. */
export function combineMaps(maps) {
  if (maps.length < 2) return maps[0] ?? null;
  const most = maps[0].slice();
  for (const map of maps.slice(1)) {
    for (let at = 0; at < most.length; at++) if (map[at] > most[at]) most[at] = map[at];
  }
  return most;
}
