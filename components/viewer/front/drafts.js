import { shared } from "./store.js";

/**
 * What the reader has made and the server has not stored yet: one record a piece of work, kept in
 * the browser's IndexedDB until it is dropped by whoever knows that it is stored.
 *
 * A record is {reading, name, writer, at, owner, place, kind, ...}. `name` says what it is about,
 * such as "edit <label>"; `writer` is the page that made it, so that two tabs never overwrite each
 * other's; `at` is when, in ms, and differs between two records of one writer and name. Without
 * IndexedDB records are kept in this page only, and `safe` says so.
 */

const DATABASE = "medimageparse-workbench";
const STORE = "drafts";

export class Drafts {
  safe = true; // false once something could be kept in this page only
  number = 0; // of the last message to the server, see outbox.js
  flight = null; // the message on its way, see outbox.js
  shown = new Map(); // id of a label -> {revision, sha256} of the stored mask that the page has taken
  #writer = randomName();
  #opened = null;
  #here = new Map(); // key as JSON -> record that the database did not take
  #writing = 0;
  #at = 0;

  /** The one of this page: drafts outlive the editor that made them. */
  static ofPage() {
    return (shared().drafts ??= new Drafts());
  }

  /** Whether closing the tab now would lose something. */
  get unsafe() {
    return this.#writing > 0 || this.#here.size > 0;
  }

  /** A record like this one, of this page and of now; it is not kept yet. */
  sign(record) {
    this.#at = Math.max(Date.now(), this.#at + 1);
    return { ...record, writer: this.#writer, at: this.#at, place: location.pathname + location.search };
  }

  /** Keep a record; one with the same reading, name and writer is replaced. */
  async put(record) {
    this.#writing += 1;
    try {
      await this.#change((store) => store.put(record));
      this.#here.delete(keyText(record));
    } catch {
      this.#here.set(keyText(record), record);
      this.safe = false;
    } finally {
      this.#writing -= 1;
    }
  }

  /** Forget a record, unless its writer has replaced it since. */
  async drop(record) {
    if (this.#here.get(keyText(record))?.at === record.at) this.#here.delete(keyText(record));
    await this.#change((store) => {
      store.get(keyOf(record)).onsuccess = ({ target }) => {
        if (target.result?.at === record.at) store.delete(keyOf(record));
      };
    }).catch(() => {});
  }

  /** The records of a reading, the newest first. */
  async of(reading) {
    return (await this.#all()).filter((record) => record.reading === reading);
  }

  /** Where on this server other readings of this owner have records: one address a reading. */
  async elsewhere(owner, reading) {
    const others = (await this.#all()).filter(
      (record) => record.owner === owner && record.reading !== reading);
    return [...new Map(others.map((record) => [record.reading, record.place])).values()];
  }

  async #all() {
    const kept = await this.#read().catch(() => {
      this.safe = false;
      return [];
    });
    const known = new Map(kept.map((record) => [keyText(record), record]));
    for (const [key, record] of this.#here) known.set(key, record);
    return [...known.values()].sort((one, other) => other.at - one.at);
  }

  async #read() {
    const request = (await this.#database()).transaction(STORE).objectStore(STORE).getAll();
    return finished(request);
  }

  /** Run one transaction; resolved when it is on the disk. */
  async #change(work) {
    const transaction = (await this.#database()).transaction(STORE, "readwrite", { durability: "strict" });
    work(transaction.objectStore(STORE));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  /** The database, opened again when the browser has closed it. */
  #database() {
    this.#opened ??= openDrafts(() => (this.#opened = null));
    return this.#opened;
  }
}

async function openDrafts(onClose) {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () =>
    request.result.createObjectStore(STORE, { keyPath: ["reading", "name", "writer"] });
  const database = await finished(request);
  database.onclose = onClose;
  return database;
}

function finished(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}

const keyOf = ({ reading, name, writer }) => [reading, name, writer];
const keyText = (record) => JSON.stringify(keyOf(record));

/** 128 random bits; crypto.randomUUID is missing on plain HTTP. */
function randomName() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(36)).join("-");
}
