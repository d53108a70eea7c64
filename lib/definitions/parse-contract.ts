// Turns datapackage.json into datasets: checks the properties of a resource together and fills in every default.
// The shapes are in contract-schema.ts, the fields in parse-field.ts; check-dataset.ts asks DuckDB.

import { type Dataset, type Dialect, type Field, fieldHeaders, type Mode } from '../core/contract.ts';
import { definitionHash } from '../core/definition-hash.ts';
import { globProblem } from '../core/glob.ts';
import { THIS_PARTITION } from '../core/insight.ts';
import { type Told, toldBy } from '../core/set-aside.ts';
import { quoted } from '../core/violation.ts';
import type { DefinitionError } from '../errors.ts';
import type { ResourceWords, SchemaWords } from './contract-schema.ts';
import { parseInnerPath } from './parse-boxes.ts';
import { parseDeliveries } from './parse-delivery.ts';
import { parseDialect } from './parse-dialect.ts';
import { parseEncoding } from './parse-encoding.ts';
import { parseExpect } from './parse-expect.ts';
import { checkTimezone, parseField, unknownField } from './parse-field.ts';
import { parseForeignKeys } from './parse-foreign-keys.ts';
import { parseFormat, parseLevels } from './parse-format.ts';
import { checkDialectFormat, parseJsonDialect } from './parse-json-dialect.ts';
import { effectivePartition, parsePartitionBy } from './parse-partition.ts';
import { isTabular, parseSheet } from './parse-sheet.ts';
import { parseSkipRows } from './parse-skip-rows.ts';
import { parseVersionWords, type VersionWords } from './parse-versions.ts';
import { Place, refusalOf } from './place.ts';
import { readContract } from './read-contract.ts';

/** A wrong resource, with the name and path that it still declares. */
export type RefusedResource = Told & { readonly error: DefinitionError };

export type ParsedContract = {
  readonly datasets: readonly Dataset[];
  readonly refused: readonly RefusedResource[];
};

/** Like parseContractParts. Throws DefinitionError at the first property that is wrong, unknown or not supported. */
export function parseContract(file: string, packageName: string, text: string): Dataset[] {
  const { datasets, refused } = parseContractParts(file, packageName, text);
  if (refused[0]) throw refused[0].error;
  return [...datasets];
}

/**
 * The datasets of `file` (a path for messages) with content `text`, and the wrong resources. Throws DefinitionError if
 * the whole contract is wrong. Names are unique within the file; the catalog checks this across packages.
 */
export function parseContractParts(file: string, packageName: string, text: string): ParsedContract {
  const resources = readContract(file, text);
  const root = new Place(file);
  const refused = new Map<number, RefusedResource>();
  const refuse = (index: number, error: DefinitionError) =>
    refused.set(index, { ...toldBy(resources[index] ?? {}, isName), error });
  const datasets = new Map<number, Dataset>();
  for (const [index, words] of resources.entries()) {
    const parse = () => {
      const place = root.at('resources', index);
      if ('error' in words) throw words.error;
      checkName(words.name, place.at('name'));
      refuseTwin(resources, index, place.at('name'));
      datasets.set(index, parseDataset(file, packageName, words, place));
    };
    const error = refusalOf(parse);
    if (error) refuse(index, error);
  }
  const complete: Dataset[] = [];
  const known = [...datasets.values()];
  const untold = [...refused.values()].flatMap(({ names }) => names);
  for (const [index, dataset] of datasets) {
    const error = refusalOf(() => {
      const words = (resources[index] as ResourceWords).schema.foreignKeys ?? [];
      const place = root.at('resources', index, 'schema', 'foreignKeys');
      complete.push({ ...dataset, foreignKeys: parseForeignKeys(words, dataset, known, place, untold) });
    });
    if (error) refuse(index, error);
  }
  return { datasets: complete, refused: [...refused].sort(([a], [b]) => a - b).map(([, one]) => one) };
}

/** It is ambiguous which of the two is meant. */
function refuseTwin(resources: readonly { readonly name: unknown }[], index: number, place: Place): void {
  const name = resources[index]?.name;
  const twin = resources.findIndex(
    (other, i) => i !== index && String(other.name).toLowerCase() === String(name).toLowerCase(),
  );
  if (twin >= 0) place.refuse(`${JSON.stringify(name)} is also the name of resources[${twin}]: rename one`);
}

/** Dataset and insight names become folders and SQL names. */
export function nameProblem(name: string): string | undefined {
  if (!/^[a-z_][a-z0-9_]{0,127}$/i.test(name))
    return `${JSON.stringify(name)} cannot be a table name: use letters, digits and "_", not starting with a digit, at most 128 characters`;
  if (name.toLowerCase() === 'this')
    return '"this" is the name of the computed rows in audits: use another name';
  if (name.toLowerCase() === THIS_PARTITION)
    return `"${THIS_PARTITION}" is the name of the partition that an insight computes: use another name`;
  if (/^_sluice/i.test(name))
    return `${JSON.stringify(name)}: names that start with "_sluice" are reserved: use another name`;
  return undefined;
}

export function isName(name: string): boolean {
  return nameProblem(name) === undefined;
}

function checkName(name: string, place: Place): void {
  const problem = nameProblem(name);
  if (problem !== undefined) place.refuse(problem);
}

function parseDataset(file: string, packageName: string, words: ResourceWords, place: Place): Dataset {
  const globbed = globProblem(words.path);
  if (globbed !== undefined) place.at('path').refuse(`${JSON.stringify(words.path)}: ${globbed}`);
  if (words.timezone !== undefined) checkTimezone(words.timezone, place.at('timezone'));
  const mode = words.mode ?? 'append';
  const format = parseFormat(words, place.at('format'));
  const primaryKey = parsePrimaryKey(words.schema, place.at('schema'));
  if (mode === 'upsert' && primaryKey.length === 0)
    place.at('mode').refuse('"upsert" replaces rows by their key: add schema.primaryKey');
  checkDialectFormat(words.dialect ?? {}, format, place.at('dialect'));
  const dialect = parseDialect(words.dialect ?? {}, place.at('dialect'));
  const fields = parseFields(words, primaryKey, dialect.nullSequence, place);
  const pointed = fields.findIndex((field) => field.decimalChar !== undefined);
  if (pointed >= 0 && !isTabular(format))
    place
      .at('schema', 'fields', pointed, 'decimalChar')
      .refuse(`numbers in JSON always have the decimal point ".": remove it`);
  const listed = fields.findIndex((field) => field.otherHeaders !== undefined);
  if (listed >= 0 && isTabular(format) && dialect.headerRecords === 0)
    place
      .at('schema', 'fields', listed, 'header')
      .refuse(
        'the file has no column names ("dialect.header" is false), so that none of the list can be there: remove it',
      );
  const declared = parsePartitionBy(words, fields, place);
  const deliveries = parseDeliveries(words, mode, fields, place);
  const meaning = {
    name: words.name,
    path: words.path,
    ...parseInnerPath(words.innerPath, place.at('innerPath')),
    format,
    levels: parseLevels(words, format, fields, place.at('levels')),
    encoding: parseEncoding(words.encoding ?? 'utf-8', place.at('encoding')),
    dialect,
    ...parseJsonDialect(words.dialect ?? {}, format, words.levels ?? [], place.at('dialect')),
    ...parseSheet(words, format, fields, place),
    fields,
    primaryKey,
    partitionBy: effectivePartition(
      declared,
      mode,
      mode === 'replace' ? (deliveries.scope?.names ?? []) : primaryKey,
    ),
    mode,
    ...parseSkipRows(words, format, fields, place),
    extraColumns: parseExtraColumns(words, dialect, place),
    ...(words.schema.fieldsMatch === undefined ? {} : { fieldsMatch: words.schema.fieldsMatch }),
    onDelete: words.onDelete ?? 'withdraw',
    ...(words.maxRejectedRatio === undefined ? {} : { maxRejectedRatio: words.maxRejectedRatio }),
    ...(words.maxRejectedRows === undefined ? {} : { maxRejectedRows: words.maxRejectedRows }),
  } as const;
  const duplicates = parseDuplicates(words, mode, place.at('duplicates'));
  const versions = parseVersionWords(
    words,
    { mode, primaryKey, fields, partitionBy: declared },
    place,
    nameProblem,
  );
  const expect = parseExpect(words, fields, place.at('expect'));
  // The other two values change no row.
  const refused = duplicates === 'reject' ? { duplicates } : {};
  const rows = { ...meaning, fields: fields.map(({ description: _, ...field }) => field) };
  const description = words.description === undefined ? {} : { description: words.description };
  return {
    ...meaning,
    ...deliveries,
    partitionFields: [...new Set(declared.map(({ field }) => field))],
    foreignKeys: [],
    package: packageName,
    file,
    ...description,
    duplicates,
    ...(expect === undefined ? {} : { expect }),
    ...versions,
    hash: definitionHash({ ...rows, ...refused, ...keptVersions(mode, versions) }),
  };
}

/** What decides which rows of an upsert's file are accepted: versions of a key are no repetitions of it. */
function keptVersions(mode: Mode, { deleteWhen, orderBy }: VersionWords): object {
  if (mode !== 'upsert') return {};
  return { versions: deleteWhen === undefined ? 'kept' : { deleteWhen, orderBy } };
}

/** For extra columns, fieldsMatch takes precedence over extraColumns; both may be set if they agree. */
function parseExtraColumns(words: ResourceWords, dialect: Dialect, place: Place): Dataset['extraColumns'] {
  const { fieldsMatch } = words.schema;
  if (fieldsMatch === undefined) return words.extraColumns ?? 'ignore';
  const meant = fieldsMatch === 'subset' || fieldsMatch === 'partial' ? 'ignore' : 'reject';
  if (words.extraColumns !== undefined && words.extraColumns !== meant)
    place
      .at('extraColumns')
      .refuse(
        `"${words.extraColumns}" contradicts fieldsMatch "${fieldsMatch}", which ${meant === 'ignore' ? 'allows' : 'rejects'} extra columns: remove one of them`,
      );
  if (dialect.headerRecords === 0 && fieldsMatch !== 'exact')
    place
      .at('schema', 'fieldsMatch')
      .refuse(
        `"${fieldsMatch}" compares column names, but with "dialect.header": false the file has none: write "exact", which compares by position, or remove it`,
      );
  return meant;
}

function parseDuplicates(words: ResourceWords, mode: Mode, place: Place): Dataset['duplicates'] {
  if (mode === 'append') return words.duplicates ?? 'warn';
  if (words.duplicates !== undefined)
    place.refuse(
      `in mode "${mode}" the same rows under another name always count once: remove it, or write "mode": "append"`,
    );
  return 'allow';
}

function parseFields(
  words: ResourceWords,
  primaryKey: readonly string[],
  nullSequence: string | undefined,
  place: Place,
): Field[] {
  const defaults = { missingValues: words.schema.missingValues ?? [''], timezone: words.timezone ?? 'UTC' };
  const names = new Map<string, string>();
  const headers = new Map<string, string>();
  return words.schema.fields.map((fieldWords, i) => {
    const at = place.at('schema', 'fields', i);
    const field = parseField(fieldWords, defaults, at);
    const twin = names.get(field.name.toLowerCase());
    if (twin !== undefined)
      at.at('name').refuse(
        `${JSON.stringify(field.name)} and ${JSON.stringify(twin)} are the same name in SQL: rename one`,
      );
    for (const header of fieldHeaders(field)) {
      const rival = headers.get(header);
      if (rival !== undefined)
        at.at('header').refuse(
          `the column ${quoted(header)} already fills the field ${quoted(rival)}: use another header`,
        );
      headers.set(header, field.name);
    }
    names.set(field.name.toLowerCase(), field.name);
    const missingValues =
      nullSequence === undefined ? field.missingValues : [...field.missingValues, nullSequence];
    // In the standard, the fields of a primary key are required.
    const required = field.constraints.required || primaryKey.includes(field.name);
    return { ...field, missingValues, constraints: { ...field.constraints, required } };
  });
}

function parsePrimaryKey(schema: SchemaWords, place: Place): string[] {
  const key = typeof schema.primaryKey === 'string' ? [schema.primaryKey] : (schema.primaryKey ?? []);
  key.forEach((name, i) => {
    const at = typeof schema.primaryKey === 'string' ? place.at('primaryKey') : place.at('primaryKey', i);
    if (!schema.fields.some((field) => field.name === name)) at.refuse(unknownField(name, schema.fields));
    if (key.indexOf(name) !== i) at.refuse(`${JSON.stringify(name)} is listed twice: remove one`);
    const type = schema.fields.find((field) => field.name === name)?.type;
    if (type === 'object' || type === 'array')
      at.refuse(`${name} is of type ${type}, which cannot be a key: equal values can have different texts`);
  });
  return key;
}
