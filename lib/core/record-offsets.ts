// Where some of a text's records begin. Known after one walk over the text, they bring a second one near any record without
// a look at those between.

const MOST = 1 << 19;
const FIRST_STRIDE = 16;

/** Where a record begins: bytes of text before it, and its first physical line. */
export type RecordOffset = { readonly record: number; readonly position: number; readonly line: number };

/** Every so many records one, and the fewer the more there are: bounded, whatever the text. Header records count. */
export class RecordOffsets {
  /** The record that the next offset is of. */
  due = FIRST_STRIDE;
  #stride = FIRST_STRIDE;
  #positions: number[] = [0];
  #lines: number[] = [1];

  /** To be called for record `due` and no other. */
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
