// Decodes a text of any encoding to UTF-8, piece by piece. Undecodable input becomes a byte that never occurs in UTF-8, so that the
// record readers can report its position.
import { isAscii } from 'node:buffer';
import { type Encoding, isMultiByte, isSingleByte } from '../core/encodings.ts';
import { fromMultiByte, singleByteCharacter } from './platform-text.ts';

/** Replaces bytes that the encoding does not define. */
const UNDECODABLE = Buffer.from([0xff]);

/** UTF-8, with UNDECODABLE for what the encoding does not define. */
export function decoded(
  bytes: AsyncIterable<Buffer>,
  encoding: Exclude<Encoding, 'utf-8'>,
): AsyncIterable<Buffer> {
  if (isSingleByte(encoding)) return fromSingleBytes(bytes, singleByteCharacter(encoding));
  if (isMultiByte(encoding)) return fromMultiByte(bytes, encoding, UNDECODABLE);
  return encoding === 'iso-8859-1' || encoding === 'windows-1252'
    ? fromSingleBytes(bytes, encoding === 'windows-1252' ? windows1252 : (byte) => String.fromCharCode(byte))
    : fromUtf16(bytes, encoding);
}

/** 0x80 to 0x9F; a blank where Windows defines none: https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT */
const WINDOWS_1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

function windows1252(byte: number): string | undefined {
  if (byte < 0x80 || byte > 0x9f) return String.fromCharCode(byte);
  const character = WINDOWS_1252[byte - 0x80];
  return character === ' ' ? undefined : character;
}

async function* fromSingleBytes(
  bytes: AsyncIterable<Buffer>,
  characterOf: (byte: number) => string | undefined,
): AsyncIterable<Buffer> {
  const encoded = Array.from({ length: 256 }, (_, byte) => {
    const character = characterOf(byte);
    return character === undefined ? UNDECODABLE : Buffer.from(character);
  });
  const longest = Math.max(...encoded.map(({ length }) => length));
  const lengths = Uint8Array.from(encoded, ({ length }) => length);
  const table = new Uint8Array(encoded.length * longest);
  for (const [byte, one] of encoded.entries()) table.set(one, byte * longest);
  for await (const chunk of bytes) yield isAscii(chunk) ? chunk : replaced(chunk, table, lengths);
}

/** `table`: of each byte its encoding, in places of one length. Plain arrays, by index: iterators and a buffer for each byte cost twice as much. */
function replaced(chunk: Buffer, table: Uint8Array, lengths: Uint8Array): Buffer {
  const longest = table.length / lengths.length;
  const out = Buffer.allocUnsafe(chunk.length * longest);
  let length = 0;
  for (let i = 0; i < chunk.length; i++) {
    const byte = chunk[i] as number;
    if (byte < 0x80) out[length++] = byte;
    else {
      const end = byte * longest + (lengths[byte] as number);
      for (let at = byte * longest; at < end; at++) out[length++] = table[at] as number;
    }
  }
  return out.subarray(0, length);
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

async function* fromUtf16(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncIterable<Buffer> {
  let isBig: boolean | undefined = encoding === 'utf-16' ? undefined : encoding === 'utf-16be';
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const data: Buffer = Buffer.concat([rest, chunk]);
    if (data.length < 2) {
      rest = data;
      continue;
    }
    isBig ??= data.readUInt16BE(0) === 0xfeff;
    // One character may be four bytes: an incomplete one waits for the next chunk.
    let whole = data.length - (data.length % 2);
    const last = isBig ? data.readUInt16BE(whole - 2) : data.readUInt16LE(whole - 2);
    if (last >= 0xd800 && last < 0xdc00) whole -= 2;
    rest = data.subarray(whole);
    yield utf16Text(data.subarray(0, whole), isBig);
  }
  if (rest.length > 0) yield UNDECODABLE;
}

function utf16Text(data: Buffer, isBig: boolean): Buffer {
  const text = (isBig ? Buffer.from(data).swap16() : data).toString('utf16le');
  if (!LONE_SURROGATE.test(text)) return Buffer.from(text);
  const parts = text.split(LONE_SURROGATE).flatMap((part) => [Buffer.from(part), UNDECODABLE]);
  return Buffer.concat(parts.slice(0, -1));
}
