// The positions of some records in a text. Collected in one pass over the text, they let a second pass start near any
// record without reading those before it.

const MOST = 1 << 19;
const FIRST_STRIDE = 16;

/** The start of a record: bytes of text before it, and its first physical line. */
export type RecordOffset = { readonly record: number; readonly position: number; readonly line: number };

/** One offset every n records; n grows with the number of records, so the count is bounded. Header records count. */
export class RecordOffsets {
  /** The record whose offset is recorded next. */
  due = FIRST_STRIDE;
  #stride = FIRST_STRIDE;
  #positions: number[] = [0];
  #lines: number[] = [1];

  /** Call only for record `due`. */
  add(position: number, line: number): void {
    this.#positions.push(position);
    this.#lines.push(line);
    if (this.#positions.length === MOST) {
      this.#stride *= 2;
      this.#positions = this.#positions.filter((_, i) => i % 2 === 0);
      this.#lines = this.#lines.filter((_, i) => i % 2 === 0);
    }
    this.due = this.#positions.length * this.#stride;
  }

  /** The last one at or before a record. */
  before(record: number): RecordOffset {
    const i = Math.min(Math.floor(record / this.#stride), this.#positions.length - 1);
    return {
      record: i * this.#stride,
      position: this.#positions[i] as number,
      line: this.#lines[i] as number,
    };
  }
}
