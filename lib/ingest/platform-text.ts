// Decodes what only the platform's TextDecoder knows. Bytes that are no character of the encoding become a byte that never occurs
// in UTF-8. Whatever the platform makes of them: controls and private characters that it gives for undefined bytes are none.
import { isAscii } from 'node:buffer';
import type { MultiByteEncoding, SingleByteEncoding } from '../core/encodings.ts';

/** Longer runs than a record may have are decoded as they are: their record is refused for its length. */
const MAX_HELD_BYTES = 20 * 1024 * 1024;
const [LF, ESCAPE] = [0x0a, 0x1b];
const ESCAPE_BYTES = 3;
/** JIS X 0201: ASCII but for a yen and an overline. It lasts beyond a line's end. */
const ROMAN = Buffer.from([ESCAPE, ...Buffer.from('(J')]);
/** No lower byte is part of a longer character, except in iso-2022-jp. */
const LEAST_TRAIL = 0x30;

/** The platform gives U+0080 to U+009F for bytes that Microsoft's tables leave undefined, and U+00AA for one of Greek. */
const UNDEFINED_SINGLE: Readonly<Partial<Record<SingleByteEncoding, RegExp>>> = {
  'windows-1253': /[\u0080-\u009f\u00aa]/,
  'windows-874': /[\u0080-\u009f\ue000-\uf8ff]/,
};

/** By byte; undefined where the encoding has no character. */
export function singleByteCharacter(encoding: SingleByteEncoding): (byte: number) => string | undefined {
  const decoder = new TextDecoder(encoding);
  const none =
    UNDEFINED_SINGLE[encoding] ?? (encoding.startsWith('windows-') ? /[\u0080-\u009f\ufffd]/ : /\ufffd/);
  return (byte) => {
    const character = decoder.decode(Uint8Array.of(byte));
    return none.test(character) || character === '\ufffd' ? undefined : character;
  };
}

/** In pieces that end where a character does: the decoder is never left in the middle of one, and a bad line is decoded alone. */
export async function* fromMultiByte(
  bytes: AsyncIterable<Buffer>,
  encoding: MultiByteEncoding,
  undecodable: Buffer,
): AsyncIterable<Buffer> {
  const text =
    encoding === 'iso-2022-jp' ? new EscapedText(undecodable) : new WideText(encoding, undecodable);
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of bytes) {
    const whole = text.wholeLength(chunk);
    const isEnough = whole > 0 || heldBytes + chunk.length > MAX_HELD_BYTES;
    const cut = whole > 0 ? whole : chunk.length;
    if (isEnough) {
      yield text.decode(Buffer.concat([...held, chunk.subarray(0, cut)]));
      [held, heldBytes] = [[], 0];
    }
    // The chunk's memory is its reader's.
    const rest = isEnough ? chunk.subarray(cut) : chunk;
    if (rest.length > 0) held.push(Buffer.from(rest));
    heldBytes += rest.length;
  }
  if (heldBytes > 0) yield text.decode(Buffer.concat(held));
}

/** Each character is written by itself. */
class WideText {
  readonly #encoding: MultiByteEncoding;
  readonly #undecodable: Buffer;
  readonly #none: RegExp | undefined;
  readonly #moved: ReadonlyMap<string, string>;
  readonly #movedAny: RegExp | undefined;

  constructor(encoding: MultiByteEncoding, undecodable: Buffer) {
    this.#encoding = encoding;
    this.#undecodable = undecodable;
    // Only gb18030 has a code for every character, these included.
    this.#none = encoding === 'gb18030' ? undefined : /[\u0080-\u009f\ue000-\uf8ff]/;
    this.#moved = movedControls(encoding);
    const moved = [...this.#moved.keys()].map(
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    this.#movedAny = moved.length === 0 ? undefined : new RegExp(`[${moved.join('')}]`, 'g');
  }

  /** Up to where the chunk ends no character in the middle; 0 where that is not known. */
  wholeLength(chunk: Buffer): number {
    for (let i = chunk.length; i > 0; i--) if ((chunk[i - 1] as number) < LEAST_TRAIL) return i;
    return 0;
  }

  decode(bytes: Buffer): Buffer {
    // ASCII is itself in all of these encodings.
    if (isAscii(bytes)) return bytes;
    return (
      this.strict(bytes) ?? Buffer.concat(lines(bytes).map((line) => this.strict(line) ?? this.loose(line)))
    );
  }

  protected loose(bytes: Buffer): Buffer {
    const loose = new TextDecoder(this.#encoding).decode(bytes);
    const [first = '', ...others] = loose.split('\ufffd');
    const parts = others.flatMap((part) => [this.#undecodable, this.#encoded(part)]);
    const marked = Buffer.concat([this.#encoded(first), ...parts]);
    return others.length > 0 ? marked : Buffer.concat([this.#undecodable, marked]);
  }

  /** Undefined where some bytes are no character. */
  protected strict(bytes: Buffer): Buffer | undefined {
    try {
      return this.#encoded(new TextDecoder(this.#encoding, { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  #encoded(decoded: string): Buffer {
    const text =
      this.#movedAny === undefined
        ? decoded
        : decoded.replace(this.#movedAny, (character) => this.#moved.get(character) ?? character);
    if (this.#none?.test(text) !== true) return Buffer.from(text);
    const parts = text.split(this.#none).flatMap((part) => [Buffer.from(part), this.#undecodable]);
    return Buffer.concat(parts.slice(0, -1));
  }
}

/** ICU's tables of IBM exchange some control characters: what it makes of each → what the byte says. */
function movedControls(encoding: MultiByteEncoding): ReadonlyMap<string, string> {
  const decoder = new TextDecoder(encoding);
  const controls = Array.from({ length: 0x80 }, (_, byte) => byte).filter(
    (byte) => byte < 0x20 || byte === 0x7f,
  );
  return new Map(
    controls.flatMap((byte) => {
      const [made, said] = [decoder.decode(Uint8Array.of(byte)), String.fromCharCode(byte)];
      return made === said || made === '\ufffd' ? [] : [[made, said] as const];
    }),
  );
}

/** Each with its line end. */
function lines(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LF, start);
    const next = end === -1 ? bytes.length : end + 1;
    found.push(bytes.subarray(start, next));
    start = next;
  }
  return found;
}

/**
 * iso-2022-jp (RFC 1468): escape sequences say what the bytes after them are. At a line's end two-byte text is over; what an
 * earlier line left is said again before the text.
 */
class EscapedText extends WideText {
  #state: Buffer = Buffer.alloc(0);

  constructor(undecodable: Buffer) {
    super('iso-2022-jp', undecodable);
  }

  override wholeLength(chunk: Buffer): number {
    return chunk.lastIndexOf(LF) + 1;
  }

  override decode(bytes: Buffer): Buffer {
    const whole = this.strict(this.#stated(bytes));
    const decoded = whole ?? Buffer.concat(lines(bytes).map((line) => this.#line(line)));
    this.#state = this.#after(bytes);
    return decoded;
  }

  #line(bytes: Buffer): Buffer {
    const stated = this.#stated(bytes);
    const decoded = this.strict(stated) ?? this.loose(stated);
    this.#state = this.#after(bytes);
    // A line that ends within a character is bad, and still a line.
    const isCut = bytes.at(-1) === LF && decoded.at(-1) !== LF;
    return isCut ? Buffer.concat([decoded, Buffer.from([LF])]) : decoded;
  }

  #stated(bytes: Buffer): Buffer {
    return bytes[0] === ESCAPE ? bytes : Buffer.concat([this.#state, bytes]);
  }

  #after(bytes: Buffer): Buffer {
    const at = bytes.lastIndexOf(ESCAPE);
    const state = at === -1 ? this.#state : Buffer.from(bytes.subarray(at, at + ESCAPE_BYTES));
    const isKept = bytes.at(-1) !== LF || state.equals(ROMAN);
    return isKept ? state : Buffer.alloc(0);
  }
}
