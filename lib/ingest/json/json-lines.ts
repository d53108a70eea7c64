// Splits newline-delimited JSON (https://github.com/ndjson/ndjson-spec) into records: one per line, ignoring blank lines. Where a
// line holds several objects one after the other, as some services write them, each is a record.
import type { Violation } from '../../core/violation.ts';
import { fileViolation } from '../row-source.ts';
import { type JsonCut, MAX_RECORD_BYTES } from './json-document.ts';

const [LF, CR, TAB, SPACE] = [10, 13, 9, 32];
const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125];

export class JsonLines {
  refusal: Violation | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #line: number;
  /** Objects that were cut off the present line. */
  #cutOff = 0;

  /** `linesBefore`: of a larger file, before these. */
  constructor(linesBefore = 0) {
    this.#line = linesBefore + 1;
  }

  push(chunk: Buffer): JsonCut[] {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const cuts: JsonCut[] = [];
    let start = 0;
    for (let end = data.indexOf(LF); end !== -1; end = data.indexOf(LF, start)) {
      // A flood of blank lines goes by at once.
      while (data[start] === LF) {
        start += 1;
        this.#endLine();
      }
      if (start > end) continue;
      cuts.push(...this.#wholeLine(data.subarray(start, end)));
      start = end + 1;
    }
    this.#rest = data.subarray(start + this.#cutObjects(data.subarray(start), cuts));
    if (this.#rest.length > MAX_RECORD_BYTES) {
      const message = `line ${this.#line}: the record is longer than ${MAX_RECORD_BYTES} bytes`;
      this.refusal = fileViolation('source-error', message);
    }
    return cuts;
  }

  end(): JsonCut[] {
    return this.#wholeLine(this.#rest);
  }

  #wholeLine(bytes: Buffer): JsonCut[] {
    const cuts: JsonCut[] = [];
    const record = bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes;
    const last = record.subarray(this.#cutObjects(record, cuts));
    if (firstAfterBlanks(last, 0) < last.length) cuts.push(this.#cut(last));
    this.#endLine();
    return cuts;
  }

  /** Cuts the objects that are followed by another one; returns where that begins. */
  #cutObjects(line: Buffer, cuts: JsonCut[]): number {
    let start = 0;
    // Nothing but another object makes two records of a line: most lines are done after a look for this.
    while (mayHoldTwo(line, start)) {
      const end = objectEnd(line, firstAfterBlanks(line, start));
      const next = end === undefined ? line.length : firstAfterBlanks(line, end);
      if (line[next] !== OPEN_OBJECT) break;
      this.#cutOff += 1;
      cuts.push({ ...this.#cut(line.subarray(start, end)), path: `$[${this.#cutOff - 1}]` });
      start = next;
    }
    return start;
  }

  #cut(bytes: Buffer): JsonCut {
    const path = this.#cutOff === 0 ? {} : { path: `$[${this.#cutOff}]` };
    return { bytes, keys: [], line: this.#line, ...path };
  }

  #endLine(): void {
    this.#line += 1;
    this.#cutOff = 0;
  }
}

/** No single value has an object right after the end of another. */
function mayHoldTwo(line: Buffer, from: number): boolean {
  for (let i = line.indexOf(CLOSE_OBJECT, from); i !== -1; i = line.indexOf(CLOSE_OBJECT, i + 1))
    if (line[firstAfterBlanks(line, i + 1)] === OPEN_OBJECT) return true;
  return false;
}

function firstAfterBlanks(bytes: Buffer, from: number): number {
  let i = from;
  while (bytes[i] === SPACE || bytes[i] === TAB || bytes[i] === CR) i += 1;
  return i;
}

/** The position after the object at `start`; undefined where there is none, or not all of it. */
function objectEnd(bytes: Buffer, start: number): number | undefined {
  if (bytes[start] !== OPEN_OBJECT) return undefined;
  let depth = 0;
  let isText = false;
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i];
    if (isText && byte === BACKSLASH) i += 1;
    else if (byte === QUOTE) isText = !isText;
    else if (isText) continue;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1;
    if (depth === 0) return byte === CLOSE_OBJECT ? i + 1 : undefined;
  }
  return undefined;
}
