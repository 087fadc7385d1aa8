/**
 * What the page has received from Python, by content hash, shared by every viewer on the page.
 *
 * Carriers put packets in; viewers wait for them. A packet stays for as long as a carrier or a
 * viewer holds it; after that it is kept in a bounded cache, so that going back to a slice costs
 * nothing, and dropped when no viewer has been on the page for a while.
 */

const SPARE_BYTES = 96 * 2 ** 20;
const FORGET_AFTER_MS = 60_000;

export class BlobStore {
  #blobs = new Map(); // hash -> {head, body}, least recently used first
  #holders = new Map(); // hash -> Set of objects that need it
  #waiting = new Map(); // hash -> {promise, resolve}
  #timer = 0;

  /** Take a packet: one line of JSON with at least `hash`, then the bytes. Returns the hash. */
  put(packet) {
    const end = packet.indexOf(10);
    const head = JSON.parse(new TextDecoder().decode(packet.subarray(0, end)));
    if (!this.#blobs.has(head.hash)) {
      const blob = { head, body: packet.slice(end + 1) };
      this.#blobs.set(head.hash, blob);
      this.#waiting.get(head.hash)?.resolve(blob);
      this.#waiting.delete(head.hash);
    }
    return head.hash;
  }

  /** Promise of the blob with this hash; it waits until the blob arrives. */
  get(hash) {
    const blob = this.#blobs.get(hash);
    if (blob) {
      this.#blobs.delete(hash);
      this.#blobs.set(hash, blob);
      return Promise.resolve(blob);
    }
    if (!this.#waiting.has(hash)) this.#waiting.set(hash, Promise.withResolvers?.() ?? deferred());
    return this.#waiting.get(hash).promise;
  }

  has(hash) {
    return this.#blobs.has(hash);
  }

  /** Every hash that is here now. */
  hashes() {
    return [...this.#blobs.keys()];
  }

  /** Bytes that are here now, held or not. */
  get byteLength() {
    return this.hashes().reduce((sum, hash) => sum + this.#blobs.get(hash).body.byteLength, 0);
  }

  /** Keep this blob for as long as `holder` does not release it. */
  hold(hash, holder) {
    clearTimeout(this.#timer);
    if (!this.#holders.has(hash)) this.#holders.set(hash, new Set());
    this.#holders.get(hash).add(holder);
  }

  release(hash, holder) {
    const holders = this.#holders.get(hash);
    if (!holders?.delete(holder) || holders.size > 0) return;
    this.#holders.delete(hash);
    this.#dropSpares(SPARE_BYTES);
    if (this.#holders.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#dropSpares(0), FORGET_AFTER_MS);
    }
  }

  /** Drop blobs that nobody holds, the oldest first, until they take at most `budget` bytes. */
  #dropSpares(budget) {
    const spares = this.hashes().filter((hash) => !this.#holders.has(hash));
    let bytes = spares.reduce((sum, hash) => sum + this.#blobs.get(hash).body.byteLength, 0);
    for (const hash of spares) {
      if (bytes <= budget) return;
      bytes -= this.#blobs.get(hash).body.byteLength;
      this.#blobs.delete(hash);
    }
  }
}

/** Promise.withResolvers for browsers that do not have it yet. */
function deferred() {
  const result = {};
  result.promise = new Promise((resolve) => (result.resolve = resolve));
  return result;
}

/** The page-wide object: one store, the viewers' settings, and the loaded viewer code. */
export function shared() {
  window.medImageViewer ??= { store: new BlobStore(), settings: new Map(), code: new Map() };
  return window.medImageViewer;
}
