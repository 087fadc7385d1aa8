/** How a draft stands to what the server has: see drafts.js for records, outbox.js for who asks. */

/** Kinds of work in the order in which the server is to store them. */
export const KINDS = ["label", "edit", "decision", "pin", "unpin"];

/** Words of a decision as one text. The server tells itself "accept" from "change". */
export function wordsMark({ verdict, difficulty, reason, comment }) {
  return JSON.stringify([verdict === "change" ? "accept" : verdict, difficulty, reason, comment.trim()]);
}

/** The label that the server has for a draft, or undefined. */
const layerOf = (record, data) => data.layers.find((layer) => layer.id === record.label);

/** Revision and mark of what the server has for an edit or a decision. */
export function storedOf(record, layer) {
  return record.kind === "edit" ? { revision: layer.revision, mark: layer.sha256 }
    : { revision: layer.decision, mark: wordsMark(layer) };
}

const STORED = {
  label: ({ phrase }, { layers }) =>
    layers.some((layer) => layer.phrase.toLowerCase() === phrase.toLowerCase()),
  pin: ({ row, column, text }, { pins }) =>
    pins.some((pin) => pin.row === row && pin.column === column && pin.text === text),
  unpin: ({ pin }, { pins }) => pins.every(({ id }) => id !== pin),
};

/**
 * "stored": the server has it. "due": it can be sent. "own": the server has an earlier state of this
 * very work, so that it can be sent on top of that. "conflict": it was made on something that is not
 * the newest. "held": it cannot be sent yet, or not from here.
 *
 * @param {object} record Its `mark` is known.
 * @param {object} data The server's message.
 * @param {boolean} acknowledged Whether the server has said that it is done with this record.
 */
export function standingOf(record, data, acknowledged) {
  if (STORED[record.kind]) {
    return acknowledged || STORED[record.kind](record, data) ? "stored" : "due";
  }
  const layer = layerOf(record, data);
  if (!layer || record.verdict === "") return "held";
  const stored = storedOf(record, layer);
  const isNew = record.kind === "edit" || stored.revision > record.base || acknowledged;
  if (stored.mark === record.mark && isNew) return "stored";
  if (stored.revision === record.base) return "due";
  return record.sent === stored.mark ? "own" : "conflict";
}
