/**
 * SHA-256 (FIPS 180-4) as hexadecimal digits. The browser's own is missing on pages that come over
 * plain HTTP from another machine, as they do inside a hospital.
 */

const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);
const fraction = (root) => Math.floor((root % 1) * 2 ** 32) | 0;
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const ROUND = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));

const turn = (word, by) => (word >>> by) | (word << (32 - by));

/** @param {Uint8Array} bytes */
export function sha256(bytes) {
  const state = START.slice();
  const words = new Int32Array(64);
  const body = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 64);
  for (let at = 0; at < whole; at += 64) addBlock(state, words, body, at);
  const last = tail(bytes, whole);
  for (let at = 0; at < last.byteLength; at += 64) addBlock(state, words, last, at);
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** What is left after the whole blocks, with a one bit, zeros and the length in bits. */
function tail(bytes, whole) {
  const rest = bytes.length - whole;
  const out = new DataView(new ArrayBuffer(rest < 56 ? 64 : 128));
  new Uint8Array(out.buffer).set(bytes.subarray(whole));
  out.setUint8(rest, 0x80);
  out.setBigUint64(out.byteLength - 8, BigInt(bytes.length) * 8n);
  return out;
}

function addBlock(state, words, view, at) {
  for (let n = 0; n < 16; n++) words[n] = view.getInt32(at + n * 4);
  for (let n = 16; n < 64; n++) {
    const [early, late] = [words[n - 15], words[n - 2]];
    const low = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const high = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[n] = (words[n - 16] + low + words[n - 7] + high) | 0;
  }
  let [a, b, c, d, e, f, g, i] = state;
  for (let n = 0; n < 64; n++) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const one = (i + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + ROUND[n] + words[n]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
    [i, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, i].forEach((word, n) => (state[n] += word));
}
