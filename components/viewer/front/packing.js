import { encodeMask, maskHash, unpackMask } from "./edit_codec.js";

/** Drafts (see drafts.js) as entries of a message to the server (see editing.py). */

const MOST_LENGTH = 8 * 2 ** 20; // characters of masks in one message; the server takes 25 MB

/** The mask of a draft, Uint8Array 0 and 1. */
export const maskOfDraft = ({ packed, width, height }) => unpackMask(packed, width * height);

/** Make sure that a draft has its `mark`: what it is compared by. */
export async function setMark(record) {
  if (record.kind === "edit") {
    record.mark ??= await maskHash(maskOfDraft(record), record.width, record.height);
  }
}

const ENTRIES = {
  label: ({ labels }, { phrase }) => labels.push(phrase),
  edit: async ({ edits }, { label, base, mark, ...draft }) =>
    edits.push({ label, base, sha256: mark, mask: await encodeMask(maskOfDraft(draft)) }),
  decision: ({ decisions }, { label, verdict, difficulty, reason, comment, base }) =>
    decisions.push({ label, verdict, difficulty, reason, comment, base }),
  pin: ({ pins }, { row, column, text }) => pins.push({ row, column, text }),
  unpin: ({ unpins }, { pin }) => unpins.push(pin),
};

/**
 * As many drafts as fit into one message, in their order.
 *
 * @param {object[]} records With their marks.
 * @returns {Promise<{parts: object, taken: object[]}>} The entries, and the drafts that they say.
 */
export async function packDrafts(records) {
  const parts = { labels: [], edits: [], decisions: [], pins: [], unpins: [] };
  const taken = [];
  let length = 0;
  for (const record of records) {
    if (length >= MOST_LENGTH) break;
    await ENTRIES[record.kind](parts, record);
    if (record.kind === "edit") length += parts.edits.at(-1).mask.length;
    taken.push(record);
  }
  return { parts, taken };
}
