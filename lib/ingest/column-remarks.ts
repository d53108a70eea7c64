// What is odd about a CSV file's columns and loses nothing: columns without a label, labels that several columns have and no field
// takes, a delimiter at each line's end. They are left out of the table, and named in the report. Pure.
import type { Dataset } from '../core/contract.ts';
import type { Violation } from '../core/violation.ts';
import { reported } from './labels.ts';
import type { ColumnRemarks, TrailingDelimiter, UnnamedColumn } from './odd-columns.ts';
import { fileViolation } from './row-source.ts';

const MAX_COLUMNS = 1000;
const MAX_NAMED = 10;

type Columns = {
  readonly ignored: readonly string[];
  readonly unnamed: readonly number[];
  readonly trailing?: TrailingDelimiter;
};

/** `values`: of the unnamed columns, in their order. */
export function columnRemarks(
  { ignored, unnamed, trailing }: Columns,
  values: readonly number[],
): ColumnRemarks {
  const seen = new Set<string>();
  const repeated = new Set(ignored.filter((label) => seen.size === seen.add(label).size));
  const columns = unnamed.map((index, i) => ({ column: index + 1, values: values[i] ?? 0 }));
  const filled = columns.filter(({ values }) => values > 0);
  const empty = columns.filter(({ values }) => values === 0);
  return {
    ...(columns.length === 0 ? {} : { unnamedColumns: [...filled, ...empty].slice(0, MAX_COLUMNS) }),
    ...(repeated.size === 0 ? {} : { repeatedColumns: reported([...repeated]) }),
    ...(trailing === undefined ? {} : { trailingDelimiter: trailing }),
  };
}

export function filledColumns({ unnamedColumns = [] }: ColumnRemarks): UnnamedColumn[] {
  return unnamedColumns.filter(({ values }) => values > 0);
}

/** A contract that rejects columns which no field takes takes an unnamed one only if it is empty. */
export function unnamedViolation(
  { name, extraColumns }: Dataset,
  remarks: ColumnRemarks,
): Violation | undefined {
  const filled = filledColumns(remarks);
  if (extraColumns !== 'reject' || filled.length === 0) return undefined;
  const message = `the file has values in ${unnamedText(filled)}, which the contract of ${name} does not know: name the column in the header, or take it out`;
  return fileViolation('extra-label', message);
}

/** `column 3, which has no name (values in 2 records)`; several are listed. */
export function unnamedText(columns: readonly UnnamedColumn[]): string {
  const parts = columns.slice(0, MAX_NAMED).map(({ column, values }) => {
    const records = values === 1 ? '1 record' : `${values.toLocaleString('en-US')} records`;
    return `${column} (${values === 0 ? 'empty' : `values in ${records}`})`;
  });
  const more = columns.length - parts.length;
  const list = more > 0 ? `${parts.join(', ')} and ${more.toLocaleString('en-US')} more` : parts.join(', ');
  return columns.length === 1 ? `column ${list}, which has no name` : `columns ${list}, which have no name`;
}
