// Finds the member of a JSON document that holds the records, and gives its text to the reader of records as it streams in. The
// other members are passed by their punctuation; what is wrong within them is nobody's value.
import { shown, type Violation } from '../../core/violation.ts';
import { listed } from '../labels.ts';
import { fileViolation } from '../row-source.ts';
import {
  isSpace,
  type JsonCut,
  JsonDocument,
  type JsonPlace,
  jsonString,
  MAX_RECORD_BYTES,
  memberPath,
} from './json-document.ts';

const [LF, QUOTE, COMMA, COLON, BACKSLASH] = [10, 34, 44, 58, 92];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];
/** For the message that the member is missing. */
const MOST_NAMES = 21;

type Expected = 'object' | 'first key' | 'key' | 'in key' | 'colon' | 'value' | 'comma' | 'nothing';

export class JsonMember {
  #refusal: Violation | undefined;
  readonly #names: readonly string[];
  readonly #readerAt: (at: JsonPlace) => JsonDocument;
  #reader: JsonDocument | undefined;
  #expected: Expected = 'object';
  /** Objects that are open, each the value of one more name. */
  #depth = 0;
  #line = 1;
  #key: Buffer[] = [];
  #keyBytes = 0;
  #isEscaped = false;
  #name = '';
  /** Of the innermost object. */
  #others: string[] = [];
  /** Within a value: it is skipped, or read. */
  #value: { readonly scan: ValueScan; readonly reader: JsonDocument | undefined } | undefined;

  /** `names`: of the member, of the member in it, and so on; at least one. */
  constructor(names: readonly string[], levels: readonly string[]) {
    this.#names = names;
    this.#readerAt = (at) => new JsonDocument(levels, at);
  }

  /** What is wrong with the document as a whole: no further record comes. */
  get refusal(): Violation | undefined {
    return this.#refusal ?? this.#reader?.refusal;
  }

  push(chunk: Buffer): JsonCut[] {
    const cuts: JsonCut[] = [];
    let position = 0;
    while (position < chunk.length && this.refusal === undefined) {
      if (this.#value) position = this.#pass(chunk, position, this.#value, cuts);
      else if (this.#expected === 'in key') position = this.#readKey(chunk, position);
      else {
        const byte = chunk[position] as number;
        if (isSpace(byte)) {
          if (byte === LF) this.#line += 1;
          position += 1;
        } else position += this.#accept(byte) ? 1 : 0;
      }
    }
    return cuts;
  }

  end(): JsonCut[] {
    if (this.#expected !== 'nothing') this.#refuse('the file ends too early: send it whole');
    return [];
  }

  /** False where the byte is the first of a value, which is yet to be passed. */
  #accept(byte: number): boolean {
    const isFirst = this.#expected === 'first key';
    if (byte === CLOSE_OBJECT && (isFirst || this.#expected === 'comma')) return this.#close();
    switch (this.#expected) {
      case 'object':
        return this.#open(byte);
      case 'first key':
      case 'key':
        this.#step(byte, byte === QUOTE, 'in key');
        return true;
      case 'colon':
        this.#step(byte, byte === COLON, 'value');
        return true;
      case 'comma':
        this.#step(byte, byte === COMMA, 'key');
        return true;
      case 'value':
        return this.#begin(byte);
      default:
        this.#step(byte, false, 'nothing');
        return true;
    }
  }

  #step(byte: number, isRight: boolean, next: Expected): void {
    if (!isRight) this.#refuse(`the text is not JSON from ${JSON.stringify(String.fromCharCode(byte))} on`);
    this.#expected = next;
  }

  #open(byte: number): boolean {
    const path = this.#path();
    const name = shown(this.#names[this.#depth] ?? '');
    if (byte !== OPEN_OBJECT)
      this.#refuse(
        `${path} is not an object with a member ${name}: correct "property" in the contract, or the file`,
      );
    this.#depth += 1;
    this.#others = [];
    this.#expected = 'first key';
    return true;
  }

  #close(): boolean {
    const name = shown(this.#names[this.#depth - 1] ?? '');
    this.#depth -= 1;
    if (this.#reader === undefined) {
      const found = this.#others.length === 0 ? 'it is empty' : `it has ${listed(this.#others)}`;
      this.#refuse(
        `${this.#path()} has no member ${name} (${found}): correct "property" in the contract, or the file`,
      );
    }
    this.#expected = this.#depth === 0 ? 'nothing' : 'comma';
    return true;
  }

  /** Returns the position after the key, or after the chunk. */
  #readKey(chunk: Buffer, start: number): number {
    let end = start;
    for (; end < chunk.length && (this.#isEscaped || chunk[end] !== QUOTE); end++)
      this.#isEscaped = !this.#isEscaped && chunk[end] === BACKSLASH;
    this.#key.push(chunk.subarray(start, end));
    this.#keyBytes += end - start;
    if (this.#keyBytes > MAX_RECORD_BYTES) this.#refuse(`a name is longer than ${MAX_RECORD_BYTES} bytes`);
    if (end === chunk.length) return end;
    const name = jsonString(`"${Buffer.concat(this.#key).toString()}"`);
    this.#key = [];
    this.#keyBytes = 0;
    this.#name = name ?? '';
    this.#step(QUOTE, name !== undefined, 'colon');
    return end + 1;
  }

  #begin(byte: number): boolean {
    const isWanted = this.#name === this.#names[this.#depth - 1];
    if (isWanted && this.#reader) {
      this.#refuse(`${this.#pathOfObject()} has the member ${shown(this.#name)} twice: send it once`);
      return true;
    }
    if (!isWanted && this.#others.length < MOST_NAMES) this.#others.push(this.#name);
    if (isWanted && this.#depth < this.#names.length) {
      this.#expected = 'object';
      return false;
    }
    if (byte === COMMA || byte === COLON || byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.#step(byte, false, 'comma');
      return true;
    }
    const reader = isWanted ? this.#readerAt({ path: this.#path(), line: this.#line }) : undefined;
    this.#reader ??= reader;
    this.#value = { scan: new ValueScan(), reader };
    return false;
  }

  /** Returns the position after the value, or after the chunk. */
  #pass(
    chunk: Buffer,
    start: number,
    { scan, reader }: { scan: ValueScan; reader: JsonDocument | undefined },
    cuts: JsonCut[],
  ): number {
    const end = scan.endIn(chunk, start);
    const text = chunk.subarray(start, end ?? chunk.length);
    for (let i = text.indexOf(LF); i !== -1; i = text.indexOf(LF, i + 1)) this.#line += 1;
    if (reader) cuts.push(...reader.push(text));
    if (end !== undefined) cuts.push(...this.#endValue(reader));
    return end ?? chunk.length;
  }

  #endValue(reader: JsonDocument | undefined): JsonCut[] {
    this.#value = undefined;
    this.#expected = 'comma';
    return reader?.refusal === undefined ? (reader?.end() ?? []) : [];
  }

  #path(): string {
    return `$${memberPath(this.#names.slice(0, this.#depth))}`;
  }

  #pathOfObject(): string {
    return `$${memberPath(this.#names.slice(0, this.#depth - 1))}`;
  }

  #refuse(problem: string): void {
    this.#refusal ??= fileViolation('source-error', `line ${this.#line}: ${problem}`);
  }
}

/** Finds the end of a value of any length by its brackets and quotes; what stands between is not looked at. */
class ValueScan {
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  #hasBegun = false;

  /** The position after the value; undefined where it is not in the chunk. */
  endIn(chunk: Buffer, start: number): number | undefined {
    for (let i = start; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.#isText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) {
          this.#isText = false;
          if (this.#depth === 0) return i + 1;
        }
        continue;
      }
      const isClosing = byte === CLOSE_LIST || byte === CLOSE_OBJECT;
      const ends = isClosing || byte === COMMA || isSpace(byte);
      if (this.#depth === 0 && this.#hasBegun && ends) return i;
      this.#hasBegun = true;
      if (byte === QUOTE) this.#isText = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth += 1;
      else if (isClosing && --this.#depth === 0) return i + 1;
    }
    return undefined;
  }
}
