// What a report says of columns that are left out of a CSV file. Types alone.

/** `records`: each has an empty cell behind the last column. `header`: it alone ends with a delimiter. */
export type TrailingDelimiter = 'records' | 'header';

/** `column`: counted from 1. `values`: well-formed records that have a text there. */
export type UnnamedColumn = { readonly column: number; readonly values: number };

/** Absent where there is none, as in nearly every file. */
export type ColumnRemarks = {
  /** Those with values first. */
  readonly unnamedColumns?: readonly UnnamedColumn[];
  readonly repeatedColumns?: readonly string[];
  readonly trailingDelimiter?: TrailingDelimiter;
};
