import { Settings } from "./settings.js";

/** What the user has set in one comparison; it lives on the page, like a viewer's settings. */
export class CompareSettings extends Settings {
  mode = "side"; // "side", "swipe" or "difference"
  divider = 50; // percent of the picture's width at the left of the divider
  pair = 0; // of which pair the difference is shown
  #begun = new Set(); // ids of layers that have had their first threshold

  /** The settings of a layer of one side. */
  of(side, id) {
    return this.layer(`${side} ${id}`);
  }

  /** A layer that is new here starts with the threshold that a viewer shows its phrase at. */
  begin(side, id, viewer) {
    if (this.#begun.has(`${side} ${id}`)) return;
    this.#begun.add(`${side} ${id}`);
    this.of(side, id).threshold = Math.max(1, viewer.layer(id).threshold);
  }
}
