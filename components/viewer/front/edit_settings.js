import { Settings } from "./settings.js";

/** Sizes are in image pixels; levels are probabilities 0..255. */
export const RANGES = { size: [1, 512], level: [1, 255], reach: [1, 64] };

const PLACE = "medimageparse-workbench.editor"; // in the browser's own storage
const USUAL = { tool: "brush", size: 12, level: 128, reach: 2 };

/**
 * What the reader has set in an editor. The tool and its numbers are remembered by the browser, the
 * rest lives as long as the page.
 *
 * `size` is the diameter of the brush, `level` what the probability has to reach for tools that follow
 * it, `reach` by how much masks grow, shrink and are smoothed.
 */
export class EditSettings extends Settings {
  model = null; // EditLayers of the reading on show: outlives the component
  active = null; // id of the label that is edited
  subtract = false;

  constructor() {
    super();
    Object.assign(this, USUAL, remembered());
  }

  /** Change one of the numbers, kept within its range. */
  setNumber(name, value) {
    const [least, most] = RANGES[name];
    if (Number.isFinite(value)) this[name] = Math.min(Math.max(Math.round(value), least), most);
    this.remember();
  }

  remember() {
    const kept = Object.fromEntries(Object.keys(USUAL).map((name) => [name, this[name]]));
    try {
      localStorage.setItem(PLACE, JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing starts with the usual brush next time.
    }
  }
}

/** What the browser has kept, less what makes no sense. */
function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(PLACE)) ?? {};
    return Object.fromEntries(Object.entries(kept).filter(([name, value]) => {
      const [least, most] = RANGES[name] ?? [];
      return name === "tool" ? typeof value === "string" : value >= least && value <= most;
    }));
  } catch {
    return {};
  }
}
