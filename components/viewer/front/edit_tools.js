import { fillPolygon, paintStroke } from "./edit_raster.js";
import { floodFill, keepComponent, removeComponent } from "./edit_region.js";
import { t } from "./texts.js";

/**
 * What the pointer does with each tool. Points are [x, y] in image coordinates, see edit_raster.js.
 *
 * A tool works with a `hand`: begin() starts a change of the label that is edited (null when there
 * is none) and commit(change) ends it; subtracts, radius and level are what the reader has set; layer
 * is the label; cursor shows what is being drawn; say(text) tells why nothing happens.
 */

/** Sweeps a disc. */
class Stroke {
  #change = null;
  #last = null;

  /** @param {object} kind `erases`; `gated` follows the probability. */
  constructor(hand, { erases = false, gated = false }) {
    Object.assign(this, { hand, erases, gated });
  }

  begin(point) {
    const { hand } = this;
    if (this.gated && lacksMap(hand)) return;
    this.#change = hand.begin();
    this.value = this.erases || hand.subtracts ? 0 : 1;
    this.gate = this.gated ? gateOf(hand.layer.probability.values, hand.level, this.value) : null;
    this.#paint([point]);
  }

  move(points) {
    this.#paint([this.#last, ...points]);
  }

  #paint(points) {
    this.#last = points.at(-1);
    this.#change?.apply((mask, width, height) =>
      paintStroke(mask, width, height, points, this.hand.radius, this.value, this.gate));
  }

  end() {
    if (this.#change) this.hand.commit(this.#change);
    this.#change = null;
  }

  cancel() {
    this.#change?.cancel();
    this.#change = null;
  }
}

/** Painting takes pixels that reach the level, taking away those that do not. */
function gateOf(values, level, value) {
  if (value === 1) return { values, threshold: level };
  return { values: values.map((chance) => 255 - chance), threshold: 256 - level };
}

/** A shape drawn in one go. */
class Lasso {
  #points = [];

  constructor(hand) {
    this.hand = hand;
  }

  begin(point) {
    this.#points = [point];
  }

  move(points) {
    this.#points.push(...points);
    this.hand.cursor.draw(this.#points);
  }

  end() {
    fillShape(this.hand, this.#points);
    this.cancel();
  }

  cancel() {
    this.#points = [];
    this.hand.cursor.draw([]);
  }
}

const CLOSE_PX = 8; // CSS pixels around the first corner in which a click closes the polygon

/** A shape drawn corner by corner. */
class Polygon {
  #points = [];
  #next = null; // where the pointer is

  constructor(hand) {
    this.hand = hand;
  }

  begin(point) {
    this.hover(point);
  }

  move(points) {
    this.hover(points.at(-1));
  }

  end() {
    const [first] = this.#points;
    const isBack = this.#points.length > 2 && this.hand.cursor.distance(first, this.#next) < CLOSE_PX;
    if (isBack) this.#close();
    else {
      this.#points.push(this.#next);
      this.hover(this.#next);
    }
  }

  /** Fingers that zoom leave the corners where they are. */
  interrupt() {}

  hover(point) {
    this.#next = point;
    if (this.#points.length > 0) this.hand.cursor.draw([...this.#points, point], this.#points);
  }

  /** @returns {boolean} Whether the key was used. */
  key(key) {
    if (this.#points.length === 0) return false;
    if (key === "Enter") this.#close();
    else if (key === "Escape") this.cancel();
    else if (key === "Backspace") {
      this.#points.pop();
      this.hand.cursor.draw(this.#points, this.#points);
    } else return false;
    return true;
  }

  doubleClick() {
    this.#close();
  }

  #close() {
    fillShape(this.hand, this.#points);
    this.cancel();
  }

  cancel() {
    this.#points = [];
    this.hand.cursor.draw([]);
  }
}

/** Add the inside of a closed line, or take it away. */
function fillShape(hand, points) {
  if (points.length < 3) return;
  const value = hand.subtracts ? 0 : 1;
  applyOnce(hand, (mask, width, height) => fillPolygon(mask, width, height, points, value));
}

/** Does something to the place that is clicked. */
class Click {
  #at = null;

  /** @param {(hand, column: number, row: number) => void} act */
  constructor(hand, act) {
    Object.assign(this, { hand, act });
  }

  begin(point) {
    this.#at = point;
  }

  move() {}

  end() {
    const [column, row] = this.#at.map(Math.floor);
    const { width, height } = this.hand.desk.model;
    if (column >= 0 && row >= 0 && column < width && row < height) this.act(this.hand, column, row);
  }

  cancel() {}
}

function fillRegion(hand, column, row) {
  if (lacksMap(hand)) return;
  const { values } = hand.layer.probability;
  const value = hand.subtracts ? 0 : 1;
  applyOnce(hand, (mask, width, height) =>
    floodFill(mask, width, height, values, column, row, hand.level, value));
}

/** A tool that does something to the part of the mask that is clicked. */
function onPart(change) {
  return (hand) => new Click(hand, (_, column, row) => {
    const found = applyOnce(hand, (mask, width, height) => change(mask, width, height, column, row));
    if (!found) hand.say(t("Click a part of the mask itself."));
  });
}

/** Make a change in one step; whether there was anything to change. */
export function applyOnce(hand, paint) {
  const change = hand.begin();
  change?.apply(paint);
  return change ? hand.commit(change) : false;
}

/** Say so, and do nothing, where there is no probability map to follow. */
function lacksMap(hand) {
  const isEmpty = Boolean(hand.layer) && hand.layer.probability.box === null;
  if (isEmpty) {
    hand.say(t("This label has no probability map: it started empty. " +
      "Use the brush, a polygon or the lasso."));
  }
  return isEmpty;
}

/** Every tool: its key, its icon, what it is called, which settings it has, and how it is made. */
export const toolList = () => [
  { name: "move", key: "v", icon: "hand", label: t("Move the picture") },
  { name: "brush", key: "b", icon: "brush", label: t("Brush"), options: ["size", "subtract"],
    make: (hand) => new Stroke(hand, {}) },
  { name: "eraser", key: "e", icon: "eraser", label: t("Eraser"), options: ["size"],
    make: (hand) => new Stroke(hand, { erases: true }) },
  { name: "levelBrush", key: "t", icon: "levelBrush", label: t("Probability brush"),
    options: ["size", "level", "subtract"], make: (hand) => new Stroke(hand, { gated: true }) },
  { name: "polygon", key: "p", icon: "polygon", label: t("Polygon"), options: ["subtract"],
    words: t("Enter closes · Backspace takes the last point back · Esc leaves"),
    make: (hand) => new Polygon(hand) },
  { name: "lasso", key: "l", icon: "lasso", label: t("Lasso"), options: ["subtract"],
    make: (hand) => new Lasso(hand) },
  { name: "fill", key: "g", icon: "bucket", label: t("Probability fill"),
    options: ["level", "subtract"], make: (hand) => new Click(hand, fillRegion) },
  { name: "keep", key: "k", icon: "keepPart", label: t("Keep only the clicked part"),
    make: onPart(keepComponent) },
  { name: "remove", key: "x", icon: "removePart", label: t("Remove the clicked part"),
    make: onPart(removeComponent) },
];
