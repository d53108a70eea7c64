// The rows of a sheet by the lines of its copy as CSV. Rows without a value have no line, and a text with line ends has several. Pure.

export class RowNumbers {
  /** Where the distance between line and row changes: at most once for each row of a sheet. */
  readonly #lines: number[] = [];
  readonly #rows: number[] = [];
  #distance = Number.NaN;

  /** `line`: the first one of the row's record; ascending. */
  add(line: number, row: number): void {
    if (row - line === this.#distance) return;
    this.#distance = row - line;
    this.#lines.push(line);
    this.#rows.push(row);
  }

  /** `line`: one that was added, or lies between two that were. */
  rowAt(line: number): number {
    let [low, high] = [0, this.#lines.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lines[middle] as number) <= line) low = middle;
      else high = middle - 1;
    }
    return line + (this.#rows[low] ?? 0) - (this.#lines[low] ?? 0);
  }
}
