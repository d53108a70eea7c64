// A parsed contract of one dataset: plain data with every default filled in.
// Knows nothing about files or SQL; parse-contract.ts creates it from datapackage.json.
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

/** `name` is the table's column; it is `field` itself, or derived from it. */
export type PartitionColumn = {
  readonly name: string;
  readonly field: string;
  readonly transform: 'identity' | 'year' | 'month' | 'day';
};

/** https://specs.frictionlessdata.io/table-schema/#foreign-keys; `reference.resource` is the dataset's own name if it refers to itself. */
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

/** `utf-16`: according to its byte order mark, little-endian without one. */
export type Encoding = 'utf-8' | 'iso-8859-1' | 'windows-1252' | 'utf-16' | 'utf-16le' | 'utf-16be';

/** `ndjson`: one JSON object per line. */
export type Format = 'csv' | 'json' | 'ndjson';

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
  readonly fields: readonly Field[];
  readonly primaryKey: readonly string[];
  /** Audited, never enforced: a row may arrive before the row it refers to. */
  readonly foreignKeys: readonly ForeignKey[];
  /** As declared for append; for upsert only if all its fields are in the primary key, otherwise []; [] for replace. */
  readonly partitionBy: readonly PartitionColumn[];
  /** The fields named in partitionBy, regardless of the mode: a source file must provide each of them. */
  readonly partitionFields: readonly string[];
  readonly mode: Mode;
  readonly extraColumns: 'ignore' | 'reject';
  /** Absent: columns in any order, optional ones may be missing, `extraColumns` decides about extra ones. */
  readonly fieldsMatch?: FieldsMatch;
  readonly onDelete: 'withdraw' | 'keep';
  /** A file is rejected if a greater share (0 to 1) of its records is refused. */
  readonly maxRejectedRatio?: number;
  /** The same as a number of records; both limits apply. */
  readonly maxRejectedRows?: number;
  /** How to treat source files with the same rows under another name; `allow` except in mode `append`, where they add up. */
  readonly duplicates: 'warn' | 'reject' | 'allow';
  /** SHA-256 (16 hex digits) of everything that affects rows: not descriptions, titles, foreign keys, partitionFields or the file's path. */
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

/** Fields whose values must be unique within a file, those of the primary key first; missing values are never equal. */
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
