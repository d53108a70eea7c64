// Counts the records of a JSON source from its punctuation only, independently of the code that splits and parses them.

const LF = 10;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const COLON = 58;
const [OPEN_OBJECT, CLOSE_OBJECT] = [123, 125];

/** What each byte is outside strings. */
const KINDS = new Uint8Array(256);
const [SPACE, OPENING, CLOSING] = [1, 2, 3];
for (const character of ' \t\r\n') KINDS[character.charCodeAt(0)] = SPACE;
for (const character of '[{') KINDS[character.charCodeAt(0)] = OPENING;
for (const character of ']}') KINDS[character.charCodeAt(0)] = CLOSING;

export interface JsonCounter {
  push(chunk: Uint8Array): void;
  /** What it has come to, at the end. */
  readonly records: number;
}

/** The values at a depth: commas there, and one more for each container that is not empty. */
export class JsonDocumentCounter implements JsonCounter {
  records = 0;
  readonly #depthOfRecords: number;
  #depth = 0;
  #isEmpty = true;
  #isString = false;
  #isEscaped = false;

  constructor(depthOfRecords: number) {
    this.#depthOfRecords = depthOfRecords;
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) this.take(byte);
  }

  take(byte: number): void {
    if (!this.#isString) this.#punctuation(byte);
    else if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isString = false;
  }

  #punctuation(byte: number): void {
    const isAtRecords = this.#depth === this.#depthOfRecords;
    const kind = KINDS[byte];
    if (kind === CLOSING) {
      if (isAtRecords && !this.#isEmpty) this.records += 1;
      this.#depth -= 1;
      return;
    }
    if (isAtRecords && byte === COMMA) this.records += 1;
    else if (isAtRecords && kind !== SPACE) this.#isEmpty = false;
    this.#isString = byte === QUOTE;
    if (kind === OPENING) {
      this.#depth += 1;
      if (this.#depth === this.#depthOfRecords) this.#isEmpty = true;
    }
  }
}

/** The values at a depth within the member that the names lead to, in a document of objects. */
export class JsonMemberCounter implements JsonCounter {
  readonly #names: readonly string[];
  readonly #inner: JsonDocumentCounter;
  #depth = 0;
  /** How many of the names lead to where we are. */
  #matched = 0;
  /** The text that ended last, at the depth of the next name. */
  #text: number[] = [];
  #isString = false;
  #isEscaped = false;
  #isWanted = false;

  constructor(names: readonly string[], depthOfRecords: number) {
    this.#names = names;
    this.#inner = new JsonDocumentCounter(depthOfRecords);
  }

  get records(): number {
    return this.#inner.records;
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (this.#matched === this.#names.length) this.#inner.take(byte);
      if (this.#isString) this.#within(byte);
      else this.#punctuation(byte);
    }
  }

  #within(byte: number): void {
    if (!this.#isEscaped && byte === QUOTE) this.#isString = false;
    else if (this.#depth === this.#matched + 1) this.#text.push(byte);
    this.#isEscaped = !this.#isEscaped && byte === BACKSLASH;
  }

  #punctuation(byte: number): void {
    const kind = KINDS[byte];
    if (byte === QUOTE) {
      this.#isString = true;
      this.#text = [];
    } else if (byte === COLON) {
      const isAtName = this.#depth === this.#matched + 1 && this.#matched < this.#names.length;
      this.#isWanted = isAtName && textOf(this.#text) === this.#names[this.#matched];
    } else if (kind === OPENING) this.#open(byte);
    else if (kind === CLOSING) {
      this.#depth -= 1;
      // The object that as many names lead to is one deeper.
      this.#matched = Math.min(this.#matched, Math.max(0, this.#depth - 1));
    } else if (kind !== SPACE) this.#isWanted = false;
  }

  #open(byte: number): void {
    if (this.#isWanted) {
      this.#matched += 1;
      if (this.#matched === this.#names.length) this.#inner.take(byte);
    }
    this.#isWanted = false;
    this.#depth += 1;
  }
}

function textOf(bytes: readonly number[]): unknown {
  try {
    return JSON.parse(`"${Buffer.from(bytes).toString()}"`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** The lines that hold anything but blanks, and each object that follows another one in its line. */
export class JsonLineCounter implements JsonCounter {
  records = 0;
  /** Of the line: nothing yet, within an object, after one, or anything else up to its end. */
  #state: 'blank' | 'object' | 'after' | 'other' = 'blank';
  #depth = 0;
  #isString = false;
  #isEscaped = false;

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === LF) this.#state = 'blank';
      else if (this.#state === 'object') this.#within(byte);
      else if (this.#state !== 'other' && KINDS[byte] !== SPACE) this.#begin(byte);
    }
  }

  #begin(byte: number): void {
    const isObject = byte === OPEN_OBJECT;
    if (isObject || this.#state === 'blank') this.records += 1;
    this.#state = isObject ? 'object' : 'other';
    this.#depth = 1;
    this.#isString = false;
    this.#isEscaped = false;
  }

  #within(byte: number): void {
    if (this.#isString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isString = false;
      return;
    }
    const kind = KINDS[byte];
    if (byte === QUOTE) this.#isString = true;
    else if (kind === OPENING) this.#depth += 1;
    else if (kind === CLOSING) this.#depth -= 1;
    if (this.#depth === 0) this.#state = byte === CLOSE_OBJECT ? 'after' : 'other';
  }
}
