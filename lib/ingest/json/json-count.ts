// Counts the records of a JSON source from its punctuation only, independently of the code that splits and parses them.

const LF = 10;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;

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
    for (const byte of chunk) {
      if (this.#isString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isString = false;
      } else this.#punctuation(byte);
    }
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

/** The lines that hold anything but blanks. */
export class JsonLineCounter implements JsonCounter {
  #ended = 0;
  #isBlank = true;

  get records(): number {
    return this.#ended + (this.#isBlank ? 0 : 1);
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === LF) {
        if (!this.#isBlank) this.#ended += 1;
        this.#isBlank = true;
      } else if (this.#isBlank && KINDS[byte] !== SPACE) this.#isBlank = false;
    }
  }
}
