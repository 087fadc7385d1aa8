import { ActiveTime } from "./active_time.js";
import { Courier } from "./courier.js";
import { Drafts } from "./drafts.js";
import { packMask } from "./edit_codec.js";
import { packDrafts, setMark } from "./packing.js";
import { ShownMasks } from "./shown_masks.js";
import { KINDS, standingOf, storedOf, wordsMark } from "./standing.js";

const QUIET_MS = 700; // nothing drawn for so long: send
const LATER_MS = 2000; // no word typed for so long: send
const MOST_MS = 2000; // the oldest stroke waits at most so long
const RETRY_MS = 4000; // what the server could not store is offered again after so long
const RENEW_SECONDS = 60; // work of so long is told even when nothing is drawn
const MOST_SECONDS = 3600; // that the server takes at once
const LOOK_MS = 15_000;

/**
 * Brings the reader's work to the server and loses none of it.
 *
 * Everything becomes a draft at once and is dropped when the server shows it back. Streamlit keeps one
 * event of a name, so all that is due goes in one message, and no second one before the server has
 * acknowledged it: see courier.js.
 */
export class Outbox {
  #open = new Map(); // name -> record: the newest of each piece of work that is not stored
  #older = []; // records of other pages on the same pieces, the newest first
  #asked = new Map(); // name -> record that stands in conflict with what is stored
  #acknowledged = new Set(); // records that the server was done with
  #action = "";
  #first = null; // when the oldest work that waits was done
  #listeners = new Set();
  #chain = Promise.resolve();
  #data = null;
  #compared = null; // id of the reading whose drafts have been compared with the server's
  #timer = 0;
  elsewhere = []; // addresses of other readings with drafts

  /** @param {object} editor maskOf, setMask and storedMask, see editor.js. */
  constructor(editor) {
    const drafts = Drafts.ofPage();
    const courier = new Courier(drafts, () => this.#tell());
    const shown = new ShownMasks(editor, drafts);
    Object.assign(this, { drafts, courier, shown, time: new ActiveTime() });
    const leave = (event) => drafts.unsafe && event.preventDefault();
    const hide = () => document.visibilityState === "hidden" && this.#schedule(0);
    window.addEventListener("beforeunload", leave);
    document.addEventListener("visibilitychange", hide);
    const looking = setInterval(() => this.time.seconds >= RENEW_SECONDS && this.#schedule(0), LOOK_MS);
    this.destroy = () => {
      window.removeEventListener("beforeunload", leave);
      document.removeEventListener("visibilitychange", hide);
      this.time.destroy();
      courier.destroy();
      clearInterval(looking);
      clearTimeout(this.#timer);
      this.#data = null;
    };
  }

  // What the reader does ------------------------------------------------------------------------

  /** A mask has been changed; it is copied. */
  drawn(label, mask, width, height) {
    const before = this.#open.get(`edit ${label}`);
    const base = before?.base ?? this.shown.revisionOf(this.#layer(label));
    this.#keep({ kind: "edit", name: `edit ${label}`, label, width, height, base,
      sent: before?.sent ?? null, packed: packMask(mask) });
    this.#wait();
  }

  newLabel(phrase) {
    this.#keep({ kind: "label", name: `label ${phrase.toLowerCase()}`, phrase });
    this.#schedule(0);
  }

  /**
   * Decide, or move on, or both with one message.
   *
   * @param {object} wish `decision` {label, verdict, difficulty, reason, comment}, an `action` as
   *     editing.py knows them, and `later` for words that are still being typed.
   */
  act({ decision = null, action = "", later = false }) {
    if (decision) {
      const name = `decision ${decision.label}`;
      const before = this.#open.get(name);
      const [base, sent] = before?.verdict ? [before.base, before.sent]
        : [this.#layer(decision.label).decision, null];
      this.#keep({ kind: "decision", name, base, sent, ...decision, mark: wordsMark(decision) });
    }
    if (action) this.#action = action;
    this.#schedule(later ? LATER_MS : 0);
  }

  pin(row, column, text) {
    this.#keep({ kind: "pin", name: `pin ${row} ${column} ${text}`, row, column, text });
    this.#schedule(0);
  }

  /** Take a pin away: one of the server's, or one that has not got there. */
  unpin({ id, name }) {
    const record = this.#open.get(name);
    if (record) this.#forget(record);
    else this.#keep({ kind: "unpin", name: `unpin ${id}`, pin: id });
    this.#schedule(0);
  }

  /** Answer a question of `state.questions`: keep one's own work, or what is stored. */
  answer(name, mine) {
    const record = this.#asked.get(name);
    if (!record) return;
    this.#asked.delete(name);
    const layer = this.#layer(record.label);
    if (mine) this.#keep({ ...record, base: storedOf(record, layer).revision });
    else {
      this.#forget(record);
      if (record.kind === "edit") {
        this.#forget(this.#open.get(`decision ${record.label}`));
        this.shown.take(layer, (now) => this.#isFree(now));
      }
    }
    this.#schedule(0);
  }

  // What can be asked ---------------------------------------------------------------------------

  /** Newest words on a label: {verdict, difficulty, reason, comment}, and whether they are stored. */
  wordsOf(label) {
    const record = this.#open.get(`decision ${label}`);
    const layer = this.#layer(label);
    if (!record) return { ...layer, stored: true };
    return { ...record, verdict: record.verdict || layer.verdict, stored: false };
  }

  /** Pins as the reader wants them: the server's and the new ones, less those taken away. */
  get pins() {
    const records = [...this.#open.values()];
    const gone = new Set(records.filter(({ kind }) => kind === "unpin").map(({ pin }) => pin));
    const fresh = records.filter(({ kind }) => kind === "pin").map((record) => ({ id: "", ...record }));
    return [...(this.#data?.pins ?? []).filter(({ id }) => !gone.has(id)), ...fresh];
  }

  /**
   * {word, questions}: "looking" (for drafts), "saved", "saving", "kept" or "here" (not stored yet),
   * "asks" or "closed".
   */
  get state() {
    const open = [...this.#open.values()].filter(({ verdict }) => verdict !== "");
    const questions = [...this.#asked.values()];
    const slow = this.courier.late || open.some((record) => this.#acknowledged.has(stampOf(record)));
    if (this.#compared !== this.#data?.reading) return { word: "looking", questions };
    let word = slow ? (this.drafts.safe ? "kept" : "here") : "saving";
    if (questions.length > 0) word = "asks";
    else if (open.length > 0 && this.#data?.read_only) word = "closed";
    else if (open.length === 0 && !this.courier.flight?.records.length) word = "saved";
    return { word, questions };
  }

  /** Be told whenever `state`, words or pins may have changed. */
  onStatus(listener) {
    this.#listeners.add(listener);
  }

  // What the server says ------------------------------------------------------------------------

  /** Take the server's newest message, when its layers are on the screen. */
  update({ data, setTriggerValue }) {
    this.courier.use(setTriggerValue);
    const before = this.#data;
    this.#data = data;
    return this.#then(() => this.#settle(data, before?.reading === data.reading));
  }

  async #settle(data, loaded) {
    this.#land(data);
    if (this.#data?.reading !== data.reading) return;
    if (!loaded) await this.#load(data);
    for (const name of [...this.#open.keys()]) await this.#compare(name, data);
    if (data !== this.#data) return;
    this.#compared = data.reading;
    for (const layer of data.layers) this.shown.follow(layer, (now) => this.#isFree(now));
    const due = this.#due();
    const isNew = due.some((record) => !this.#acknowledged.has(stampOf(record)));
    const isWaiting = due.length > 0 || this.#action !== "";
    if (isWaiting && !this.#timer) this.#schedule(isNew || this.#action ? 0 : RETRY_MS);
    this.#tell();
  }

  /** See what has become of the message on its way. */
  #land(data) {
    const { state, flight } = this.courier.land(data);
    const isHere = flight?.reading === data.reading;
    if (state === "lost" && isHere) this.#action ||= flight.message.action;
    if (state !== "done") return;
    this.time.take(flight.message.seconds);
    for (const record of flight.records) {
      if (isHere) this.#acknowledged.add(stampOf(record));
      else this.drafts.drop(record);
    }
  }

  /** Take up the drafts of a reading, and show what was drawn. */
  async #load(data) {
    for (const [name, { reading }] of this.#open) if (reading !== data.reading) this.#open.delete(name);
    this.#asked.clear();
    this.#acknowledged.clear();
    const records = await this.drafts.of(data.reading);
    this.#older = records.filter(({ name, writer }) => {
      const newest = this.#open.get(name);
      if (!newest) this.#open.set(name, records.find((record) => record.name === name));
      return newest && newest.writer !== writer;
    });
    for (const record of this.#open.values()) if (this.#layer(record.label)) this.shown.show(record);
    this.elsewhere = data.owner ? await this.drafts.elsewhere(data.owner, data.reading) : [];
  }

  /** Compare a draft with what the server has. */
  async #compare(name, data) {
    const record = this.#open.get(name);
    if (record) await setMark(record);
    if (!record || this.#open.get(name) !== record || data !== this.#data) return;
    const standing = standingOf(record, data, this.#acknowledged.has(stampOf(record)));
    this.#asked.delete(name);
    if (standing === "conflict") {
      this.#asked.set(name, record);
      this.shown.show(record);
    } else if (standing === "own") {
      this.#keep({ ...record, base: storedOf(record, this.#layer(record.label)).revision });
    } else if (standing === "stored") {
      if (record.kind === "edit") this.shown.note(this.#layer(record.label));
      this.#forget(record);
      await this.#compare(name, data);
    }
  }

  /** Whether this is the newest word on a label, and nothing of one's own would be covered. */
  #isFree(layer) {
    return this.#layer(layer.id) === layer && !this.#open.has(`edit ${layer.id}`);
  }

  #layer(label) {
    return this.#data?.layers.find(({ id }) => id === label);
  }

  // Drafts --------------------------------------------------------------------------------------

  #keep(record) {
    const { reading, owner } = this.#data;
    const signed = this.drafts.sign({ ...record, reading, owner });
    const before = this.#open.get(record.name);
    this.#open.set(record.name, signed);
    const kept = this.drafts.put(signed);
    if (before && before.writer !== signed.writer) kept.then(() => this.drafts.drop(before));
    kept.then(() => this.#tell());
    this.#tell();
  }

  /** Drop a draft; the next older one on the same piece of work has its turn. */
  #forget(record) {
    if (!record) return;
    this.drafts.drop(record);
    this.#asked.delete(record.name);
    this.#open.delete(record.name);
    const next = this.#older.findIndex(({ name }) => name === record.name);
    if (next >= 0) this.#open.set(record.name, ...this.#older.splice(next, 1));
  }

  // Messages ------------------------------------------------------------------------------------

  /** Send when nothing more comes for a moment, and in any case soon. */
  #wait() {
    const now = performance.now();
    this.#first ??= now;
    this.#schedule(Math.min(QUIET_MS, this.#first + MOST_MS - now));
  }

  #schedule(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#then(() => this.#send());
    }, Math.max(0, delay));
  }

  /** What can be sent now, in the order in which it is to be stored. */
  #due() {
    const data = this.#data;
    if (!data || data.read_only) return [];
    const isFree = ({ kind, name, label }) => !this.#asked.has(name)
      && !(kind === "decision" && this.#asked.has(`edit ${label}`));
    return [...this.#open.values()]
      .filter((record) => record.reading === data.reading && isFree(record)
        && standingOf(record, data, false) === "due")
      .sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
  }

  async #send() {
    const data = this.#data;
    // What comes meanwhile is sent when the server has answered.
    if (!data || this.courier.flight) return;
    this.#first = null;
    const due = await this.#markedDue();
    const { parts, taken } = await packDrafts(due);
    if (this.#data?.reading !== data.reading) return;
    const action = taken.length === due.length ? this.#action : "";
    const seconds = data.read_only ? 0 : Math.min(this.time.seconds, MOST_SECONDS);
    if (taken.length > 0 || action || seconds >= RENEW_SECONDS) {
      if (action) this.#action = "";
      for (const record of taken) this.#markSent(record);
      this.courier.send(this.#data, { ...parts, action, seconds }, taken);
    }
    this.#tell();
  }

  /** What is due, with marks; a mask that was drawn and taken back is not: it is what is stored. */
  async #markedDue() {
    // While marks are made the reader goes on; a decision must not leave without the newest mask.
    for (;;) {
      const unmarked = this.#due().find(({ kind, mark }) => kind === "edit" && !mark);
      if (!unmarked) break;
      await setMark(unmarked);
    }
    for (const record of [...this.#open.values()]) {
      if (record.kind === "edit" && record.mark === this.#layer(record.label)?.sha256) this.#forget(record);
    }
    return this.#due();
  }

  /** Remember what was sent, so that the answer to it is known as one's own. */
  #markSent(record) {
    record.sent = record.mark;
    const newer = this.#open.get(record.name);
    if (newer && newer !== record) this.#keep({ ...newer, sent: record.mark });
  }

  /** One thing after the other; what fails is told and does not stop the next. */
  #then(step) {
    this.#chain = this.#chain.then(step).catch((error) => console.error(error));
    return this.#chain;
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

const stampOf = ({ name, writer, at }) => JSON.stringify([name, writer, at]);
