import { ChangedBox } from "./edit_box.js";

/**
 * Strokes and polygons on a mask. Points are [x, y] in image coordinates: the corner of the first
 * pixel is (0, 0), and the centre of a pixel lies at (column + 0.5, row + 0.5).
 */

/**
 * Sweep a disc along a line through the points.
 *
 * A pixel changes when its centre is at most `radius` away from the line. The pixels that the
 * points themselves lie in always change, so that the smallest brush paints the pixel under the
 * cursor wherever in it the cursor is.
 *
 * @param {number[][]} points One for a dot, several for a line.
 * @param {number} radius In pixels, not negative.
 * @param {number} value 1 paints, 0 erases.
 * @param {{values: Uint8Array, threshold: number} | null} gate Only pixels with at least this value.
 * @returns {object | null} The smallest box around what has changed.
 */
export function paintStroke(mask, width, height, points, radius, value, gate = null) {
  const changed = new ChangedBox();
  const paint = (row, first, end) => {
    const [from, to] = [Math.max(first, 0), Math.min(end, width)];
    if (row >= 0 && row < height) paintSpan(mask, width, row, from, to, value, gate, changed);
  };
  for (const [x, y] of points) paint(Math.floor(y), Math.floor(x), Math.floor(x) + 1);
  if (points.length === 1) sweep(points[0], points[0], radius, width, height, paint);
  for (let at = 1; at < points.length; at++) {
    sweep(points[at - 1], points[at], radius, width, height, paint);
  }
  return changed.box;
}

/** Set the pixels from `first` up to and without `end` of a row. */
function paintSpan(mask, width, row, first, end, value, gate, changed) {
  const start = row * width;
  let [from, to] = [-1, -1];
  for (let at = start + first; at < start + end; at++) {
    if (mask[at] === value || (gate && gate.values[at] < gate.threshold)) continue;
    mask[at] = value;
    if (from < 0) from = at;
    to = at + 1;
  }
  if (from >= 0) changed.add(row, from - start, to - start);
}

/** Call `paint(row, first, end)` for each row of what a disc covers from one point to another. */
function sweep(from, to, radius, width, height, paint) {
  const line = new Segment(from, to, radius);
  const top = Math.max(0, Math.floor(Math.min(from[1], to[1]) - radius) - 1);
  const bottom = Math.min(height, Math.ceil(Math.max(from[1], to[1]) + radius) + 1);
  for (let row = top; row < bottom; row++) {
    const y = row + 0.5;
    const [low, high] = line.reach(y);
    // The bounds are rounded; which pixels they hold is decided by their distance alone.
    let first = Math.max(0, Math.floor(low) - 1);
    let last = Math.min(width - 1, Math.ceil(high));
    while (first <= last && !line.covers(first + 0.5, y)) first++;
    while (first <= last && !line.covers(last + 0.5, y)) last--;
    if (first <= last) paint(row, first, last + 1);
  }
}

/** All points that are at most `radius` away from the line between two points. */
class Segment {
  constructor([x, y], [toX, toY], radius) {
    Object.assign(this, { x, y, radius, across: toX - x, down: toY - y });
    this.squared = this.across ** 2 + this.down ** 2;
  }

  /** Without a root or a quotient: exact for points on a grid, as those of pixel centres. */
  covers(x, y) {
    const { across, down, squared, radius } = this;
    const [right, below] = [x - this.x, y - this.y];
    const along = right * across + below * down;
    if (along <= 0) return right ** 2 + below ** 2 <= radius ** 2;
    if (along >= squared) return (right - across) ** 2 + (below - down) ** 2 <= radius ** 2;
    return (right * down - below * across) ** 2 <= radius ** 2 * squared;
  }

  /** Smallest and largest x of what is covered at this y, rounded; one x where nothing is. */
  reach(y) {
    const below = y - this.y;
    const start = halfChord(this.radius, below);
    const end = halfChord(this.radius, below - this.down);
    const ends = [];
    if (start !== null) ends.push(this.x - start, this.x + start);
    if (end !== null) ends.push(this.x + this.across - end, this.x + this.across + end);
    if (this.down !== 0) ends.push(...this.#sides(below));
    return ends.length ? [Math.min(...ends), Math.max(...ends)] : [this.x, this.x];
  }

  /** Where the two straight sides, parallel to the line, cross this y. */
  #sides(below) {
    const { x, across, down, squared, radius } = this;
    const length = Math.sqrt(squared);
    return [-radius, radius].flatMap((off) => {
      // The side starts at the line's first point plus `off` along its normal.
      const share = (below - (off * across) / length) / down;
      return share >= 0 && share <= 1 ? [x - (off * down) / length + share * across] : [];
    });
  }
}

/** Half the length of a disc's chord at a distance from its centre, or null outside. */
function halfChord(radius, distance) {
  const squared = radius * radius - distance * distance;
  return squared < 0 ? null : Math.sqrt(squared);
}

/**
 * Fill a polygon by the even-odd rule: pixels whose centres lie inside. A centre exactly on an edge
 * belongs to the polygon that lies to its right (below it, for level edges), so that two polygons
 * with an edge in common share no pixel and leave none out.
 *
 * @param {number[][]} points Corners in order; the last one is joined to the first.
 * @param {number} value 1 adds, 0 takes away.
 * @returns {object | null} The smallest box around what has changed.
 */
export function fillPolygon(mask, width, height, points, value) {
  const changed = new ChangedBox();
  crossings(points, width, height).forEach((columns, row) => {
    columns.sort((one, other) => one - other);
    for (let at = 0; at + 1 < columns.length; at += 2) {
      paintSpan(mask, width, row, columns[at], columns[at + 1], value, null, changed);
    }
  });
  return changed.box;
}

/** For each row the columns (0..width) from which on one more edge lies to the left. */
function crossings(points, width, height) {
  const rows = new Map();
  points.forEach((point, at) => {
    const next = points[(at + 1) % points.length];
    // Always from the upper to the lower end: an edge cuts the same way whoever it belongs to.
    const [upper, lower] = point[1] <= next[1] ? [point, next] : [next, point];
    const top = Math.max(0, Math.ceil(upper[1] - 0.5));
    for (let row = top; row < height && row + 0.5 < lower[1]; row++) {
      if (!rows.has(row)) rows.set(row, []);
      rows.get(row).push(firstRightOf(upper, lower, row + 0.5, width));
    }
  });
  return rows;
}

/** The first column whose centre lies on the edge or to its right. */
function firstRightOf([x, y], [lowerX, lowerY], at, width) {
  const [across, down] = [lowerX - x, lowerY - y];
  const isLeft = (column) => (column + 0.5 - x) * down < (at - y) * across;
  const crossing = x + ((at - y) * across) / down;
  let column = Math.min(Math.max(Math.round(crossing), 0), width);
  // The crossing is rounded; the products decide.
  while (column > 0 && !isLeft(column - 1)) column--;
  while (column < width && isLeft(column)) column++;
  return column;
}
