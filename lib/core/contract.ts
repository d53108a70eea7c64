// A parsed contract of one dataset: plain data with every default filled in.
// Knows nothing about files or SQL; parse-contract.ts creates it from datapackage.json.
import type { Encoding } from './encodings.ts';
import type { Expect } from './expect.ts';
import { derivedType, type PartitionColumn } from './partition-column.ts';
import type { Column, ColumnType } from './schema.ts';

export type { Encoding } from './encodings.ts';

export const FIELD_TYPES = [
  ...(['string', 'integer', 'number', 'boolean', 'date', 'datetime'] as const),
  ...(['time', 'year', 'yearmonth', 'any', 'object', 'array'] as const),
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** A Table Schema field descriptor (https://specs.frictionlessdata.io/table-schema/#field-descriptors) plus our own properties. */
export type Field = {
  readonly name: string;
  /** The column's name in the source file; `name` unless the contract sets another. */
  readonly header: string;
  /** Further names that the column may have: see fieldHeaders. */
  readonly otherHeaders?: readonly string[];
  readonly type: FieldType;
  /**
   * `default`, `any`, or a strptime pattern for date, datetime and time; an epoch for datetime; one of STRING_FORMATS for
   * string; otherwise `default`.
   */
  readonly format: string;
  /** Further formats of date, datetime and time; no two read one text in two ways: see format-overlap.ts. */
  readonly otherFormats?: readonly string[];
  readonly description?: string;
  /** Texts that mean "no value"; the standard's default is only the empty text. */
  readonly missingValues: readonly string[];
  readonly trim: boolean;
  /** For number: decimal(precision, scale), or binary floating point if `double`; 0, 0 and false for other types. */
  readonly precision: number;
  readonly scale: number;
  readonly double: boolean;
  /** For integer and number, if they differ from the standard's defaults: ".", none and true. */
  readonly decimalChar?: string;
  readonly groupChar?: string;
  readonly bareNumber?: false;
  /** How negative and positive numbers may be written beside a sign, as examples with the number 1: see signed-forms.ts. */
  readonly negative?: readonly string[];
  readonly positive?: readonly string[];
  readonly trueValues: readonly string[];
  readonly falseValues: readonly string[];
  /** IANA name; datetimes without an offset are local times there. */
  readonly timezone: string;
  readonly constraints: Constraints;
};

/** https://specs.frictionlessdata.io/table-schema/#constraints; limits and enum as the texts of their values. */
export type Constraints = {
  readonly required: boolean;
  readonly unique: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: string;
  readonly maximum?: string;
  readonly exclusiveMinimum?: string;
  readonly exclusiveMaximum?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
};

/** https://specs.frictionlessdata.io/table-schema/#foreign-keys; `reference.resource` is the dataset's own name if it refers to itself. */
export type ForeignKey = {
  readonly fields: readonly string[];
  readonly reference: { readonly resource: string; readonly fields: readonly string[] };
};

/** Records that are no rows: by the first cell's text, by the whole text of a field's cell (RE2), or without any value. */
export type SkipRule =
  | { readonly startsWith: string }
  | { readonly field: string; readonly pattern: string }
  | { readonly blank: true };

export type Mode = 'append' | 'replace' | 'upsert';

/**
 * Of rows that agree in these fields or captures, those of the newest delivery count. `path`: each file's key says them all, so
 * that a file without rows replaces rows, too.
 */
export type Scope = { readonly names: readonly string[]; readonly from: 'path' | 'rows' };

/** How the files of a replace dataset come: in deliveries, of which the newest counts. */
export type DeliveryRule = {
  /** Captures of the path: files that agree in all of them are one delivery. */
  readonly by: readonly string[];
  /** `name`: the captured texts in their order, digits in them compared as numbers. `lastModified`: that of its latest file. */
  readonly newest: 'name' | 'lastModified';
  /** A glob over landing keys: a delivery counts only if such a file, with the same captures, is there. */
  readonly complete?: string;
};

export type DeletingValues = { readonly field: string; readonly values: readonly string[] };

/** https://datapackage.org/standard/table-schema/#fieldsMatch: how a file's columns and the contract's fields must agree. */
export const FIELDS_MATCH = ['exact', 'equal', 'subset', 'superset', 'partial'] as const;
export type FieldsMatch = (typeof FIELDS_MATCH)[number];

/** How a CSV file is written; each character is one byte of ASCII. */
export type Dialect = {
  readonly delimiter: string;
  readonly quoteChar: string;
  /** Two quotes within quotes mean one quote. */
  readonly doubleQuote: boolean;
  /** Escapes the character after it, inside and outside quotes. */
  readonly escapeChar?: string;
  /** Lines that start with it are not records. */
  readonly commentChar?: string;
  /** Spaces between a delimiter and its cell are not part of the cell. */
  readonly skipInitialSpace: boolean;
  /** An unquoted cell with this text means no value; escapeChar does not apply to it. */
  readonly nullSequence?: string;
  /** Physical lines before the header that are skipped. */
  readonly skipLines: number;
  /** Number of header records; 0 if the columns are the fields in order. */
  readonly headerRecords: number;
  /** Joins the parts of a label from several header records. */
  readonly headerJoin: string;
  readonly caseSensitiveHeader: boolean;
};

/** `ndjson`: one JSON object per line; `xlsx`: a sheet of an Excel workbook. */
export type Format = 'csv' | 'json' | 'ndjson' | 'xlsx';

/** Which sheet of a workbook: by its name, or counted from 1, hidden ones included. */
export type SheetChoice = { readonly name: string } | { readonly number: number };

/**
 * How a JSON file holds its records, where it is not simply an array of objects or an object a line:
 * https://datapackage.org/standard/table-dialect/#property
 */
export type JsonDialect = {
  /** The names that lead to the member with the records, outermost first; [] for the document itself. */
  readonly property: readonly string[];
  /** Each record is an array of cells, and these are their columns: listed here, or in the first record. Absent: objects. */
  readonly columns?: readonly string[] | 'header';
};

export type Dataset = {
  readonly name: string;
  readonly package: string;
  /** The contract's file, for messages. */
  readonly file: string;
  readonly description?: string;
  /** A glob over landing keys: see glob.ts. */
  readonly path: string;
  /** A glob over the names of a zip archive's members; absent: all members that are files. */
  readonly innerPath?: string;
  readonly format: Format;
  readonly encoding: Encoding;
  /** For JSON objects nested by key: the fields that the levels' keys fill, outermost first; [] for an array of objects. */
  readonly levels: readonly string[];
  readonly dialect: Dialect;
  readonly json?: JsonDialect;
  /** Of a workbook; absent: the first sheet. */
  readonly sheet?: SheetChoice;
  readonly fields: readonly Field[];
  readonly primaryKey: readonly string[];
  /** Audited, never enforced: a row may arrive before the row it refers to. */
  readonly foreignKeys: readonly ForeignKey[];
  /** As declared for append; for upsert only if all its fields are in the primary key, for replace in the scope, otherwise []. */
  readonly partitionBy: readonly PartitionColumn[];
  /** The fields named in partitionBy, regardless of the mode: a source file must provide each of them. */
  readonly partitionFields: readonly string[];
  readonly mode: Mode;
  /** For replace: what a delivery replaces. Absent: all rows. */
  readonly scope?: Scope;
  /** For replace. Absent: each file is a delivery of its own. */
  readonly delivery?: DeliveryRule;
  /** Records that are left out and counted apart: see skip-rules.ts. */
  readonly skipRows?: readonly SkipRule[];
  /** So many records at the end of a file are left out as well. */
  readonly footerRows?: number;
  readonly extraColumns: 'ignore' | 'reject';
  /** Absent: columns in any order, optional ones may be missing, `extraColumns` decides about extra ones. */
  readonly fieldsMatch?: FieldsMatch;
  readonly onDelete: 'withdraw' | 'keep';
  /** A file is rejected if a greater share (0 to 1) of its records is refused. */
  readonly maxRejectedRatio?: number;
  /** The same as a number of records; both limits apply. */
  readonly maxRejectedRows?: number;
  /** For upsert, here and below: which of a key's versions is the newest, ahead of LastModified, key and line. */
  readonly orderBy?: readonly string[];
  /** A row with one of these values, as texts of the field's type, says that its key is gone. */
  readonly deleteWhen?: readonly DeletingValues[];
  /** A further table holds every version of each key: see row-versions.ts. */
  readonly history?: true;
  /** How to treat source files with the same rows under another name; `allow` except in mode `append`, where they add up. */
  readonly duplicates: 'warn' | 'reject' | 'allow';
  /** What arrives regularly; absent: nobody misses a file. */
  readonly expect?: Expect;
  /**
   * SHA-256 (16 hex digits) of everything that affects rows: not descriptions, titles, foreign keys, partitionFields, expect or the file's
   * path, and not scope and delivery, which choose among rows that are in the lake already.
   */
  readonly hash: string;
};

/** The names that the field's column may have in a file, of which a file has at most one. */
export function fieldHeaders(field: Pick<Field, 'header' | 'otherHeaders'>): string[] {
  return [field.header, ...(field.otherHeaders ?? [])];
}

/** The formats of which a text must match one. */
export function fieldFormats(field: Pick<Field, 'format' | 'otherFormats'>): string[] {
  return [field.format, ...(field.otherFormats ?? [])];
}

/** Kept as its JSON text. */
export function isJson(field: Pick<Field, 'type'>): boolean {
  return field.type === 'object' || field.type === 'array';
}

/**
 * Fields whose values must be unique within a file, those of the primary key first; missing values are never equal. In an
 * upsert dataset, rows with one primary key are versions of one row: its other keys are unique among the rows of other keys.
 */
export type RowKey = { readonly rule: 'primary-key' | 'unique'; readonly fields: readonly string[] };

export function rowKeys(dataset: Dataset): RowKey[] {
  const unique = dataset.fields.filter((field) => field.constraints.unique);
  return [
    ...(dataset.primaryKey.length === 0 || dataset.mode === 'upsert'
      ? []
      : [{ rule: 'primary-key' as const, fields: dataset.primaryKey }]),
    ...unique.map((field) => ({ rule: 'unique' as const, fields: [field.name] })),
  ];
}

export function fieldColumnType(field: Field): ColumnType {
  switch (field.type) {
    case 'string':
    case 'any':
    case 'object':
    case 'array':
    case 'time':
    case 'yearmonth':
      return 'string';
    case 'year':
      return 'integer';
    case 'integer':
      return 'long';
    case 'number':
      return field.double ? 'double' : `decimal(${field.precision},${field.scale})`;
    case 'boolean':
      return 'boolean';
    case 'date':
      return 'date';
    case 'datetime':
      return 'timestamp';
  }
}

/** The table's columns: partition columns first, then the fields in the contract's order. */
export function tableColumns(dataset: Dataset): Column[] {
  const derived = dataset.partitionBy
    .filter((p) => p.transform !== 'identity')
    .map((p): Column => ({ name: p.name, type: derivedType(p.transform) }));
  const columns = dataset.fields.map(
    (field): Column => ({
      name: field.name,
      type: fieldColumnType(field),
      ...(field.description === undefined ? {} : { description: field.description }),
    }),
  );
  const names = dataset.partitionBy.map((p) => p.name);
  const all = [...derived, ...columns];
  return [
    ...names.map((name) => all.find((c) => c.name === name) as Column),
    ...all.filter((c) => !names.includes(c.name)),
  ];
}
