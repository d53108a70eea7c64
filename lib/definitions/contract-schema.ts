// The properties of a contract and the shapes of their values: Frictionless Data Package v1 and our own. Structure only;
// parse-contract.ts checks their meaning. An unknown property is refused, never ignored.
import { isLosslessNumber, type LosslessNumber } from 'lossless-json';
import * as z from 'zod';
import { FIELD_TYPES, FIELDS_MATCH, type FieldsMatch } from '../core/contract.ts';
import { delivery, expect, partitionColumn, partitionWord, SKIP_RULE, skipRule } from './table-shapes.ts';
import { fieldNames, filledTexts, only, text } from './word-shapes.ts';

const texts = z.array(text);
/** Metadata for people; it has no effect here: https://specs.frictionlessdata.io/data-package/#metadata */
const descriptive = z.unknown().optional();
const ratio = z
  .custom<number | LosslessNumber>((value) => {
    const number = isLosslessNumber(value) ? Number(value.value) : value;
    return typeof number === 'number' && number >= 0 && number <= 1;
  }, 'it must be a number from 0 to 1')
  .meta({ type: 'number', minimum: 0, maximum: 1 })
  .transform((value) => Number(String(value)));

const constraints = z.strictObject({
  required: z.boolean().optional(),
  unique: z.boolean().optional(),
  minLength: z.int().min(0).optional(),
  maxLength: z.int().min(0).optional(),
  pattern: text.min(1).optional(),
  minimum: z.unknown().optional(),
  maximum: z.unknown().optional(),
  exclusiveMinimum: z.unknown().optional(),
  exclusiveMaximum: z.unknown().optional(),
  enum: z.array(z.unknown()).min(1).optional(),
});

const field = z.strictObject({
  name: text,
  // For editors: parse-field.ts checks it, with words of its own for types that are not supported.
  type: text.optional().meta({ enum: [...FIELD_TYPES] }),
  format: z.union([text, filledTexts], { error: 'it must be a format or a list of formats' }).optional(),
  title: text.optional(),
  description: text.optional(),
  example: descriptive,
  rdfType: descriptive,
  missingValues: texts.optional(),
  trueValues: filledTexts.optional(),
  falseValues: filledTexts.optional(),
  bareNumber: z.boolean().optional(),
  decimalChar: text.optional(),
  groupChar: text.optional(),
  negative: filledTexts.optional(),
  positive: filledTexts.optional(),
  constraints: constraints.optional(),
  header: z
    .union([text.min(1), filledTexts], { error: 'it must be a column name or a list of column names' })
    .optional(),
  trim: z.boolean().optional(),
  precision: z.int().min(1).max(38).optional(),
  scale: z.int().min(0).max(38).optional(),
  double: z.boolean().optional(),
  timezone: text.optional(),
});

/** https://specs.frictionlessdata.io/table-schema/#foreign-keys; an empty or missing resource means the resource itself. */
const foreignKey = z.strictObject({
  fields: fieldNames,
  reference: z.strictObject({ resource: text.optional(), fields: fieldNames }),
});

/**
 * https://datapackage.org/standard/table-schema/#fieldsMatch. The text of the standard has a string; the profile of version 2.0,
 * corrected in 2.1, a list.
 */
const fieldsMatch = z
  .union([only(...FIELDS_MATCH), z.array(only(...FIELDS_MATCH)).length(1)], {
    error: `it must be ${FIELDS_MATCH.map((word) => JSON.stringify(word)).join(' or ')}`,
  })
  .transform((value) => (typeof value === 'string' ? value : (value[0] as FieldsMatch)));

const schema = z.strictObject({
  fields: z.array(field).min(1),
  fieldsMatch: fieldsMatch.optional(),
  missingValues: texts.optional(),
  primaryKey: fieldNames.optional(),
  foreignKeys: z.array(foreignKey).optional(),
  name: descriptive,
  title: descriptive,
  description: descriptive,
  profile: descriptive,
  $schema: descriptive,
});

/** https://specs.frictionlessdata.io/csv-dialect/; all three line ends are accepted, regardless of lineTerminator. */
const dialect = z.strictObject({
  delimiter: text.optional(),
  quoteChar: text.optional(),
  doubleQuote: z.boolean().optional(),
  escapeChar: text.optional(),
  commentChar: text.optional(),
  nullSequence: text.min(1).optional(),
  skipInitialSpace: z.boolean().optional(),
  lineTerminator: only('\r\n', '\n', '\r').optional(),
  header: z.boolean().optional(),
  headerRows: z.array(z.int().min(1)).min(1).optional(),
  headerJoin: text.optional(),
  caseSensitiveHeader: z.boolean().optional(),
  property: text
    .min(1)
    .describe('Where the records of a JSON file are: the name of a member, or several with "." between them.')
    .optional(),
  itemType: only('object', 'array')
    .describe('What each record of a JSON file is: an object, or an array of cells.')
    .optional(),
  itemKeys: filledTexts
    .describe('The columns of JSON records that are arrays, in their order, where no header row names them.')
    .optional(),
  sheetName: text
    .min(1)
    .describe('The name of the sheet that is read of a workbook (the first one).')
    .optional(),
  sheetNumber: z
    .int()
    .min(1)
    .describe('Which sheet of a workbook is read, counted from 1, hidden ones included (1).')
    .optional(),
  csvddfVersion: descriptive,
  $schema: descriptive,
  title: descriptive,
  description: descriptive,
});

const resource = z.strictObject({
  name: text,
  path: text,
  innerPath: text
    .describe(
      'A glob over the names of the files in a zip archive: those that are read (all, without what macOS adds).',
    )
    .optional(),
  format: only('csv', 'json', 'ndjson', 'jsonl', 'xlsx').optional(),
  encoding: text.describe("The files' encoding, by a label of the WHATWG.").optional(),
  schema,
  dialect: dialect.optional(),
  description: text.optional(),
  title: descriptive,
  profile: descriptive,
  $schema: descriptive,
  type: only('table').optional(),
  mediatype: descriptive,
  homepage: descriptive,
  bytes: descriptive,
  hash: descriptive,
  sources: descriptive,
  licenses: descriptive,
  partitionBy: z.array(partitionWord).optional(),
  mode: only('append', 'replace', 'upsert').optional(),
  scope: z
    .union([text.min(1), filledTexts], { error: 'it must be a field or capture, or a list of them' })
    .optional()
    .describe(
      'For replace: of rows that agree in these fields or captures, those of the newest delivery count.',
    ),
  delivery: delivery
    .optional()
    .describe('For replace: which files come together, and which delivery is the newest.'),
  skipRows: z
    .union([skipRule, z.array(skipRule).min(1)], { error: SKIP_RULE })
    .describe('Records that are no rows: they are left out and counted apart.')
    .optional(),
  footerRows: z.int().min(1).describe('So many records at the end of each file are left out.').optional(),
  extraColumns: only('ignore', 'reject').optional(),
  onDelete: only('withdraw', 'keep').optional(),
  maxRejectedRatio: ratio.optional(),
  maxRejectedRows: z.int().min(0).optional(),
  duplicates: only('warn', 'reject', 'allow').optional(),
  orderBy: fieldNames
    .describe('Of an upsert: the fields whose greatest values tell the newest version of a key.')
    .optional(),
  deleteWhen: z
    .record(text, z.array(z.unknown()).min(1))
    .describe('Of an upsert: values of fields that say that the key of their row is gone.')
    .optional(),
  history: z
    .boolean()
    .describe('Of an upsert: whether a further table holds every version of each key.')
    .optional(),
  expect: expect.optional().describe('What arrives regularly: what does not come is named as overdue.'),
  timezone: text.optional(),
  levels: filledTexts.optional(),
});

export const packageWords = z.strictObject({
  resources: z.array(resource).min(1),
  name: descriptive,
  id: descriptive,
  profile: descriptive,
  $schema: descriptive,
  title: descriptive,
  description: descriptive,
  homepage: descriptive,
  version: descriptive,
  licenses: descriptive,
  contributors: descriptive,
  sources: descriptive,
  keywords: descriptive,
  image: descriptive,
  created: descriptive,
});

export type ResourceWords = z.infer<typeof resource>;
export type SchemaWords = z.infer<typeof schema>;
export type DialectWords = z.infer<typeof dialect>;
export type FieldWords = z.infer<typeof field>;
export type DeliveryWords = z.infer<typeof delivery>;
export type PartitionWords = z.infer<typeof partitionColumn>;
export type ForeignKeyWords = z.infer<typeof foreignKey>;
export type ConstraintWords = z.infer<typeof constraints>;
export type ExpectWords = z.infer<typeof expect>;

const NOT_YET = new Set(
  `uniqueKeys data compression scheme control layout extrapaths
  jsonSchema categories categoriesOrdered arrayItem
  commentRows quoteStyle`.split(/\s+/),
);

/** Properties of the standard, or planned ones, that would change the meaning but are not supported. */
export function isNotYetSupported(word: string): boolean {
  return NOT_YET.has(word);
}

const SHAPES: Readonly<Record<string, z.ZodObject>> = {
  resources: resource,
  fields: field,
  foreignKeys: foreignKey,
  delivery,
  partitionBy: partitionColumn,
  reference: foreignKey.shape.reference,
  schema,
  dialect,
  constraints,
  expect,
};

/** The properties allowed in the object at `path` (of a zod issue). */
export function wordsAt(path: readonly PropertyKey[]): string[] {
  const owner = path.filter((part) => typeof part === 'string').at(-1);
  return Object.keys((owner === undefined ? packageWords : SHAPES[owner])?.shape ?? {});
}
