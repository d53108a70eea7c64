// Splits a stream of JSON text into records: the elements of an array, or the members of objects nested by key. Holds one record
// at a time and checks the text around it; json-records.ts checks the record itself.
import { isUtf8 } from 'node:buffer';
import type { Violation } from '../../core/violation.ts';
import { fileViolation } from '../row-source.ts';

export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** A record's text, and where it stands: the keys above it, and the line or the path that people look it up by. */
export type JsonCut = {
  readonly bytes: Buffer;
  readonly keys: readonly string[];
  readonly line: number | null;
  readonly path?: string;
};

const code = (character: string) => character.charCodeAt(0);
const [QUOTE, BACKSLASH, COMMA, COLON] = [code('"'), code('\\'), code(','), code(':')];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [code('['), code(']'), code('{'), code('}')];

/** A file is looked at for so much to say what it is, where it is not what it should be. */
const MOST_LOOKED_AT = 64 * 1024;
const LF = 10;

export function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

/** Where the records stand: `$`, or a member of the document. */
export type JsonPlace = { readonly path: string; readonly line: number };

type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'nothing';

export class JsonDocument {
  /** What is wrong with the document as a whole: no further record comes. */
  refusal: Violation | undefined;
  /** The fields that the keys fill, outermost first; none: an array. */
  readonly #levels: readonly string[];
  #data: Buffer = Buffer.alloc(0);
  #position = 0;
  #isWhole = false;
  #line: number;
  readonly #root: string;
  #expected: Expected = 'value';
  #depth = 0;
  #keys: string[] = [];
  #index = 0;

  constructor(levels: readonly string[], at: JsonPlace = { path: '$', line: 1 }) {
    this.#levels = levels;
    this.#root = at.path;
    this.#line = at.line;
  }

  push(chunk: Buffer): JsonCut[] {
    this.#line = this.#lineAt(this.#position);
    const rest = this.#data.subarray(this.#position);
    this.#data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#position = 0;
    return this.#take();
  }

  end(): JsonCut[] {
    this.#isWhole = true;
    const cuts = this.#take();
    if (this.#expected !== 'nothing') this.#refuse('the file ends too early: send it whole');
    return cuts;
  }

  #take(): JsonCut[] {
    const cuts: JsonCut[] = [];
    let hasMoved = true;
    while (hasMoved && this.refusal === undefined) {
      while (isSpace(this.#data[this.#position])) this.#position += 1;
      const byte = this.#data[this.#position];
      hasMoved = byte !== undefined && this.#accept(byte, cuts);
    }
    if (this.#data.length - this.#position > MAX_RECORD_BYTES)
      this.#refuse(`a record is longer than ${MAX_RECORD_BYTES} bytes`);
    return cuts;
  }

  /** False where more bytes must come first. */
  #accept(byte: number, cuts: JsonCut[]): boolean {
    const isFirst = this.#expected.startsWith('first');
    const closing = this.#levels.length === 0 ? CLOSE_LIST : CLOSE_OBJECT;
    if (byte === closing && (isFirst || this.#expected === 'comma')) return this.#close();
    switch (this.#expected) {
      case 'value':
      case 'first value':
        return this.#depth < Math.max(1, this.#levels.length) ? this.#open(byte) : this.#cut(cuts);
      case 'key':
      case 'first key':
        return this.#key(byte);
      case 'colon':
        return this.#step(byte === COLON, 'value');
      case 'comma':
        this.#index += 1;
        return this.#step(byte === COMMA, this.#levels.length === 0 ? 'value' : 'key');
      case 'nothing':
        return this.#step(false, 'nothing');
    }
  }

  #step(isRight: boolean, next: Expected): boolean {
    if (!isRight) this.#refuse(`the text is not JSON from ${this.#shown()} on`);
    this.#position += 1;
    this.#expected = next;
    return true;
  }

  #open(byte: number): boolean {
    const isList = this.#levels.length === 0;
    if (byte !== (isList ? OPEN_LIST : OPEN_OBJECT)) {
      const level = this.#levels[this.#depth];
      const problem = isList ? this.#noArray(byte) : `${this.#path()} is not an object by ${level}`;
      if (problem === undefined) return false;
      this.#refuse(problem);
    }
    this.#depth += 1;
    return this.#step(true, isList ? 'first value' : 'first key');
  }

  /** What stands in an array's place; undefined where more bytes must come to tell. */
  #noArray(byte: number): string | undefined {
    const plain = `${this.#root} is not an array`;
    if (byte !== OPEN_OBJECT) return plain;
    const start = this.#position;
    const end = this.#valueEnd(start);
    let next = end ?? this.#data.length;
    while (isSpace(this.#data[next])) next += 1;
    if (next === this.#data.length && !this.#isWhole && next - start < MOST_LOOKED_AT) return undefined;
    if (end === undefined || this.#root !== '$') return plain;
    const isOneLine = !this.#data.subarray(start, end).includes(LF);
    if (this.#data[next] === OPEN_OBJECT)
      return isOneLine
        ? `the file has one JSON object ${this.#data.subarray(end, next).includes(LF) ? 'a line' : 'after the other'}, and is not an array: write "format": "ndjson" in the contract`
        : 'the file has one JSON object after the other, and is not an array: send an array, or each object on one line with "format": "ndjson" in the contract';
    if (next < this.#data.length) return plain;
    return `the file is one JSON object, and not an array: name in the contract the member that has the records ("dialect": {"property": "…"}), or the fields that the keys fill ("levels")${isOneLine ? '; or, if each line is a record, write "format": "ndjson"' : ''}`;
  }

  #close(): boolean {
    this.#depth -= 1;
    this.#keys.length = this.#depth;
    return this.#step(true, this.#depth === 0 ? 'nothing' : 'comma');
  }

  #key(byte: number): boolean {
    if (byte !== QUOTE) return this.#step(false, 'colon');
    const end = this.#stringEnd(this.#position);
    if (end === undefined) return false;
    const text = this.#data.subarray(this.#position, end);
    const key = isUtf8(text) ? jsonString(text.toString()) : undefined;
    if (key === undefined) return this.#step(false, 'colon');
    this.#keys[this.#depth - 1] = key;
    this.#keys.length = this.#depth;
    this.#position = end - 1;
    return this.#step(true, 'colon');
  }

  #cut(cuts: JsonCut[]): boolean {
    const end = this.#valueEnd(this.#position);
    if (end === undefined) return false;
    if (end === this.#position) return this.#step(false, 'comma');
    const path = this.#levels.length === 0 ? `${this.#root}[${this.#index}]` : this.#path();
    cuts.push({ bytes: this.#data.subarray(this.#position, end), keys: [...this.#keys], line: null, path });
    this.#position = end - 1;
    return this.#step(true, 'comma');
  }

  /** The position after the value; undefined where it is not all there. */
  #valueEnd(start: number): number | undefined {
    const data = this.#data;
    let depth = 0;
    let i = start;
    for (; i < data.length; i++) {
      const byte = data[i] as number;
      const isClosing = byte === CLOSE_LIST || byte === CLOSE_OBJECT;
      if (depth === 0 && (isClosing || byte === COMMA || isSpace(byte))) return i;
      if (byte === QUOTE) {
        const end = this.#stringEnd(i);
        if (end === undefined) return undefined;
        i = end - 1;
      } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
      else if (isClosing) depth -= 1;
      if (isClosing && depth === 0) return i + 1;
    }
    return this.#isWhole && depth === 0 ? i : undefined;
  }

  /** The position after the closing quote of the string at `start`. */
  #stringEnd(start: number): number | undefined {
    for (let i = this.#data.indexOf(QUOTE, start + 1); i !== -1; i = this.#data.indexOf(QUOTE, i + 1)) {
      let before = i - 1;
      while (this.#data[before] === BACKSLASH) before -= 1;
      if ((i - before) % 2 === 1) return i + 1;
    }
    return undefined;
  }

  #path(): string {
    return this.#root + memberPath(this.#keys);
  }

  #shown(): string {
    return JSON.stringify(this.#data.toString('utf8', this.#position, this.#position + 20));
  }

  #lineAt(position: number): number {
    let line = this.#line;
    for (let i = this.#data.indexOf(10); i !== -1 && i < position; i = this.#data.indexOf(10, i + 1))
      line += 1;
    return line;
  }

  #refuse(problem: string): void {
    this.refusal ??= fileViolation('source-error', `line ${this.#lineAt(this.#position)}: ${problem}`);
  }
}

/** `["a"]["b"]` */
export function memberPath(names: readonly string[]): string {
  return names.map((name) => `[${JSON.stringify(name)}]`).join('');
}

export function jsonString(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}
