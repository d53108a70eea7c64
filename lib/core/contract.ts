// What a contract says of one dataset, after parsing: plain data with every default filled in.
// Decides nothing about files or SQL; parse-contract.ts makes it from datapackage.json.
import type { Column, ColumnType } from './schema.ts';

export type FieldType =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'time'
  | 'year'
  | 'yearmonth'
  | 'any'
  | 'object'
  | 'array';

/** A Table Schema field descriptor (https://specs.frictionlessdata.io/table-schema/#field-descriptors) plus our words. */
export type Field = {
  readonly name: string;
  /** The column's name in the source file; `name` unless the contract gives another. */
  readonly header: string;
  readonly type: FieldType;
  /** `default`, `any`, or a strptime pattern for date, datetime and time; one of STRING_FORMATS for string; else `default`. */
  readonly format: string;
  readonly description?: string;
  /** Texts that stand for "no value"; the standard's default is the empty text alone. */
  readonly missingValues: readonly string[];
  readonly trim: boolean;
  /** For number: decimal(precision, scale), or binary floating point where `double`; 0, 0 and false elsewhere. */
  readonly precision: number;
  readonly scale: number;
  readonly double: boolean;
  /** Of integer and number, where they are not the standard's defaults: ".", none and true. */
  readonly decimalChar?: string;
  readonly groupChar?: string;
  readonly bareNumber?: false;
  readonly trueValues: readonly string[];
  readonly falseValues: readonly string[];
  /** IANA name; naive datetimes are read as local times there. */
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

/** `name` is the table's column; it is `field` itself, or derived from it. */
export type PartitionColumn = {
  readonly name: string;
  readonly field: string;
  readonly transform: 'identity' | 'year' | 'month' | 'day';
};

/** https://specs.frictionlessdata.io/table-schema/#foreign-keys; `reference.resource` is the dataset's own name for a reference to itself. */
export type ForeignKey = {
  readonly fields: readonly string[];
  readonly reference: { readonly resource: string; readonly fields: readonly string[] };
};

export type Mode = 'append' | 'replace' | 'upsert';

/** https://datapackage.org/standard/table-schema/#fieldsMatch: how a file's columns and the contract's fields must agree. */
export const FIELDS_MATCH = ['exact', 'equal', 'subset', 'superset', 'partial'] as const;
export type FieldsMatch = (typeof FIELDS_MATCH)[number];

/** How a CSV file is written; each character is one byte of ASCII. */
export type Dialect = {
  readonly delimiter: string;
  readonly quoteChar: string;
  /** Two quotes within quotes stand for one. */
  readonly doubleQuote: boolean;
  /** Takes away the meaning of the character after it, within quotes and without. */
  readonly escapeChar?: string;
  /** Lines that begin with it are no records. */
  readonly commentChar?: string;
  /** Blanks between a delimiter and its cell are no part of the cell. */
  readonly skipInitialSpace: boolean;
  /** A bare cell of this text stands for no value; escapeChar does not touch it. */
  readonly nullSequence?: string;
  /** Physical lines before the header that are not read at all. */
  readonly skipLines: number;
  /** Records that make the header; 0 where the columns are the fields in order. */
  readonly headerRecords: number;
  /** Stands between the parts of a label that several header records give. */
  readonly headerJoin: string;
  readonly caseSensitiveHeader: boolean;
};

/** `utf-16`: by its byte order mark, little-endian without one. */
export type Encoding = 'utf-8' | 'iso-8859-1' | 'windows-1252' | 'utf-16' | 'utf-16le' | 'utf-16be';

/** `ndjson`: one JSON object a line. */
export type Format = 'csv' | 'json' | 'ndjson';

export type Dataset = {
  readonly name: string;
  readonly package: string;
  /** The contract's file, for messages. */
  readonly file: string;
  readonly description?: string;
  /** A glob over landing keys: see glob.ts. */
  readonly path: string;
  readonly format: Format;
  readonly encoding: Encoding;
  /** For JSON objects nested by key: the fields that the levels' keys fill, outermost first; [] for an array of objects. */
  readonly levels: readonly string[];
  readonly dialect: Dialect;
  readonly fields: readonly Field[];
  readonly primaryKey: readonly string[];
  /** Audited, never enforced: a row may arrive before the one that it refers to. */
  readonly foreignKeys: readonly ForeignKey[];
  /** As declared for append; for upsert only where every field of it is in the primary key, else []; [] for replace. */
  readonly partitionBy: readonly PartitionColumn[];
  /** The fields that partitionBy names, whatever the mode makes of it: a source file must give each of them. */
  readonly partitionFields: readonly string[];
  readonly mode: Mode;
  readonly extraColumns: 'ignore' | 'reject';
  /** Absent: columns in any order, optional ones may be missing, further ones by `extraColumns`. */
  readonly fieldsMatch?: FieldsMatch;
  readonly onDelete: 'withdraw' | 'keep';
  /** A file of which a greater part (0 to 1) of the records is refused is refused as a whole. */
  readonly maxRejectedRatio?: number;
  /** The same by number of records; a file must keep to both. */
  readonly maxRejectedRows?: number;
  /** What is done about source files that bring the same rows under another name; `allow` but in mode `append`, where they add up. */
  readonly duplicates: 'warn' | 'reject' | 'allow';
  /** SHA-256 (16 hex digits) of all that decides about rows: descriptions, titles, foreign keys, partitionFields and the file's place are not in it. */
  readonly hash: string;
};

/** Kept as the JSON text that it is. */
export function isJson(field: Pick<Field, 'type'>): boolean {
  return field.type === 'object' || field.type === 'array';
}

/** Fields whose values no two rows of a file may share, first those of the primary key; no value is equal to none. */
export type RowKey = { readonly rule: 'primary-key' | 'unique'; readonly fields: readonly string[] };

export function rowKeys(dataset: Dataset): RowKey[] {
  const unique = dataset.fields.filter((field) => field.constraints.unique);
  return [
    ...(dataset.primaryKey.length === 0
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
    .map((p): Column => ({ name: p.name, type: 'long' }));
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
