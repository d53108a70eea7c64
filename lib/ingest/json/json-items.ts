// Records that are arrays of cells: the columns of their cells, and which of them are no rows.
import type { JsonDialect } from '../../core/contract.ts';
import { shown, type Violation } from '../../core/violation.ts';
import { repeatedHeader } from '../csv/repeated-header.ts';
import { fileViolation } from '../row-source.ts';

export type Members = Readonly<Record<string, unknown>>;

export class JsonItems {
  #columns: readonly string[] | undefined;

  constructor(columns: NonNullable<JsonDialect['columns']>) {
    this.#columns = columns === 'header' ? undefined : columns;
  }

  /** The next record is the header row. */
  get wantsHeader(): boolean {
    return this.#columns === undefined;
  }

  /** Returns what is wrong with a header row. */
  takeHeader(value: unknown): Violation | undefined {
    if (!isTexts(value))
      return fileViolation(
        'source-error',
        'the first record is not a header row (["name", …]): send one; or name the columns in the contract, as "itemKeys" of its dialect',
      );
    const twice = value.find((label, i) => label !== '' && value.indexOf(label) !== i);
    if (twice !== undefined)
      return fileViolation('duplicate-label', `the header row names the column ${shown(twice)} twice`, twice);
    this.#columns = value;
    return undefined;
  }

  /** The cells by their columns, or why the record is no row. */
  membersOf(value: unknown): { readonly members: Members } | { readonly problem: Violation } {
    const columns = this.#columns ?? [];
    if (!Array.isArray(value))
      return { problem: fileViolation('source-error', 'the record is not an array ([value, …])') };
    if (value.length !== columns.length) {
      const cells = value.length === 1 ? 'one cell' : `${value.length} cells`;
      const message = `the record has ${cells}, and there ${columns.length === 1 ? 'is one column' : `are ${columns.length} columns`}`;
      return {
        problem: fileViolation(value.length < columns.length ? 'missing-cell' : 'extra-cell', message),
      };
    }
    if (columns.length > 0 && value.every((cell, i) => cell === columns[i]))
      return { problem: repeatedHeader() };
    return { members: Object.fromEntries(columns.map((column, i) => [column, value[i]])) };
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((cell) => typeof cell === 'string');
}
