import { maskOfDraft } from "./packing.js";

/**
 * Which stored mask of each label the page shows where nothing of one's own is over it. The page
 * keeps that for longer than the editor lives: what is drawn is drawn on that revision.
 */
export class ShownMasks {
  /**
   * @param {object} editor maskOf, setMask and storedMask, see editor.js.
   * @param {Drafts} drafts
   */
  constructor(editor, drafts) {
    Object.assign(this, { editor, known: drafts.shown });
  }

  /** The revision that a change of this label is made on. */
  revisionOf({ id, revision }) {
    return this.known.get(id)?.revision ?? revision;
  }

  /** The page shows what the server has. */
  note({ id, revision, sha256 }) {
    this.known.set(id, { revision, sha256 });
  }

  /** Show a stored mask that has changed elsewhere, if it may be shown. */
  follow(layer, isFree) {
    const known = this.known.get(layer.id);
    if (!known || known.sha256 === layer.sha256) this.note(layer);
    else if (isFree(layer)) this.take(layer, isFree);
  }

  /** Show what the server has, if it still may be shown when it is there. */
  async take(layer, isFree) {
    const mask = await this.editor.storedMask(layer.id);
    if (!isFree(layer)) return;
    this.#set(layer.id, mask);
    this.note(layer);
  }

  /** Show a draft of a mask. */
  show(record) {
    if (record.kind === "edit") this.#set(record.label, maskOfDraft(record));
  }

  #set(label, mask) {
    const now = this.editor.maskOf(label);
    // A mask of another size is of another picture.
    if (now.length !== mask.length || now.every((value, at) => value === mask[at])) return;
    this.editor.setMask(label, mask);
  }
}
