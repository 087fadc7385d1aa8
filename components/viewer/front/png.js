/** PNG files from and to typed arrays: exact bytes, no canvas in between. */

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

/** CRC-32 of several byte arrays, as PNG and ZIP use it. */
export function crc32(...parts) {
  let crc = 0xffffffff;
  for (const bytes of parts) {
    for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

export const inflate = (bytes) => through(new DecompressionStream("deflate"), bytes);
export const deflate = (bytes) => through(new CompressionStream("deflate"), bytes);

async function through(stream, bytes) {
  const writer = stream.writable.getWriter();
  // A failure shows at the reading end too, where it is waited for.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  return new Uint8Array(await new Response(stream.readable).arrayBuffer());
}

/** Decode an 8-bit, not interlaced grey or RGB PNG to {width, height, rgb: Uint8Array}. */
export async function decodePng(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const channels = { 0: 1, 2: 3 }[file[25]];
  if (file[24] !== 8 || !channels || file[28] !== 0) throw new Error("not an 8-bit grey or RGB PNG");
  const parts = [];
  for (let at = 8; at + 8 <= file.length; ) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x49444154) parts.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const rows = await inflate(join(parts));
  const pixels = unfilter(rows, height, width * channels, channels);
  return { width, height, rgb: channels === 3 ? pixels : spread(pixels) };
}

function spread(grey) {
  const rgb = new Uint8Array(grey.length * 3);
  for (let i = 0, to = 0; i < grey.length; i++, to += 3) rgb.fill(grey[i], to, to + 3);
  return rgb;
}

/** Undo the five row filters of PNG. */
function unfilter(rows, height, stride, step) {
  const out = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)];
    const from = y * (stride + 1) + 1;
    const to = y * stride;
    const up = y === 0 ? null : to - stride;
    if (filter === 0) out.set(rows.subarray(from, from + stride), to);
    else if (filter === 2) unfilterUp(rows, from, out, to, up, stride);
    else unfilterMixed(filter, rows, from, out, to, up, stride, step);
  }
  return out;
}

function unfilterUp(rows, from, out, to, up, stride) {
  for (let i = 0; i < stride; i++) out[to + i] = rows[from + i] + (up === null ? 0 : out[up + i]);
}

function unfilterMixed(filter, rows, from, out, to, up, stride, step) {
  for (let i = 0; i < stride; i++) {
    const left = i < step ? 0 : out[to + i - step];
    const above = up === null ? 0 : out[up + i];
    const corner = up === null || i < step ? 0 : out[up + i - step];
    let guess = left;
    if (filter === 3) guess = (left + above) >> 1;
    else if (filter === 4) guess = paeth(left, above, corner);
    out[to + i] = rows[from + i] + guess;
  }
}

function paeth(left, above, corner) {
  const estimate = left + above - corner;
  const byLeft = Math.abs(estimate - left);
  const byAbove = Math.abs(estimate - above);
  const byCorner = Math.abs(estimate - corner);
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}

/**
 * Encode 8-bit pixels as a PNG file.
 *
 * @param {number} channels 1 for grey, 3 for RGB.
 * @param {Object<string, string>} text Written as UTF-8 iTXt chunks, keyword to text.
 */
export async function encodePng(width, height, channels, pixels, text = {}) {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, channels === 3 ? 2 : 0);
  const data = await deflate(filterUp(pixels, height, width * channels));
  const notes = Object.entries(text).map(([keyword, words]) => chunk("iTXt", note(keyword, words)));
  const head = chunk("IHDR", new Uint8Array(header.buffer));
  return join([SIGNATURE, head, ...notes, chunk("IDAT", data), chunk("IEND", new Uint8Array(0))]);
}

/** The "up" filter on every row: fast, and good on pictures and on masks. */
function filterUp(pixels, height, stride) {
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    const from = y * stride;
    const to = y * (stride + 1);
    rows[to] = 2;
    for (let i = 0; i < stride; i++) {
      rows[to + 1 + i] = pixels[from + i] - (y === 0 ? 0 : pixels[from + i - stride]);
    }
  }
  return rows;
}

function note(keyword, words) {
  const utf8 = new TextEncoder();
  return join([utf8.encode(keyword), Uint8Array.of(0, 0, 0, 0, 0), utf8.encode(words)]);
}

function chunk(type, body) {
  const name = new TextEncoder().encode(type);
  const frame = new DataView(new ArrayBuffer(8));
  frame.setUint32(0, body.length);
  frame.setUint32(4, crc32(name, body));
  const words = new Uint8Array(frame.buffer);
  return join([words.subarray(0, 4), name, body, words.subarray(4)]);
}

/** Concatenate byte arrays. */
export function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
