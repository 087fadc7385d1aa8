import { crc32, join } from "./png.js";

/** A ZIP archive of files that are compressed already: stored, with UTF-8 names. */

const UTF8_NAMES = 0x0800;

/** @param {{name: string, bytes: Uint8Array}[]} files */
export function storedZip(files) {
  const stamp = dosTime(new Date());
  const locals = [];
  const directory = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const utf8 = new TextEncoder().encode(name);
    const common = [20, UTF8_NAMES, 0, stamp.time, stamp.date];
    const sizes = [crc32(bytes), bytes.length, bytes.length];
    const local = fields([[0x04034b50], 4], [common, 2], [sizes, 4], [[utf8.length, 0], 2]);
    directory.push(
      fields([[0x02014b50], 4], [[20, ...common], 2], [sizes, 4], [[utf8.length, 0, 0, 0, 0], 2],
        [[0, offset], 4]),
      utf8,
    );
    locals.push(local, utf8, bytes);
    offset += local.length + utf8.length + bytes.length;
  }
  const listing = join(directory);
  const count = files.length;
  const end = fields([[0x06054b50], 4], [[0, 0, count, count], 2], [[listing.length, offset], 4],
    [[0], 2]);
  return join([...locals, listing, end]);
}

/** Little-endian fields: pairs of values and their width in bytes. */
function fields(...groups) {
  const out = new DataView(new ArrayBuffer(groups.reduce((n, [v, size]) => n + v.length * size, 0)));
  let at = 0;
  for (const [values, size] of groups) {
    for (const value of values) {
      if (size === 2) out.setUint16(at, value, true);
      else out.setUint32(at, value, true);
      at += size;
    }
  }
  return new Uint8Array(out.buffer);
}

function dosTime(now) {
  return {
    time: (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1),
    date: ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate(),
  };
}
