// From samples to drafted datasets: what each sample is, which belong together, what their columns hold, a contract, and the proof
// that it takes every record. Reads samples from the local disk alone; writes nothing but temporary files.
import type { Dataset } from '../core/contract.ts';
import { checkDataset } from '../definitions/check-dataset.ts';
import type { FieldWords } from '../definitions/contract-schema.ts';
import { parseContract } from '../definitions/parse-contract.ts';
import type { SqlEngine, SqlSession } from '../ports.ts';
import { type CheckedSample, checkSample } from './check.ts';
import { type Column, decideField, type FieldDraft } from './column.ts';
import { isPairUnique, readColumns } from './columns.ts';
import { type InsightDraft, starterInsight } from './insight.ts';
import { decideKey } from './key.ts';
import { type Kind, kindsOf } from './kinds.ts';
import { keyFor, landingGlob } from './landing-path.ts';
import { datasetName, fieldName, unique } from './names.ts';
import { type Note, notesOf } from './notes.ts';
import { packageText, type ResourceDraft } from './package-text.ts';
import { asText, folderField, folderValues, sharedField } from './partition.ts';
import { type KnownSample, type ReadOptions, type RefusedSample, readSample, type Sample } from './sample.ts';

export type DraftOptions = ReadOptions & {
  readonly package: string;
  /** For the one dataset that is drafted. */
  readonly name?: string;
};

export type DatasetDraft = {
  readonly resource: ResourceDraft;
  readonly notes: readonly Note[];
  readonly samples: readonly CheckedSample[];
  readonly insight: InsightDraft;
  /** The folder in landing where such files belong, if the samples are elsewhere. */
  readonly folder?: string;
};

export type Draft = {
  readonly datasets: readonly DatasetDraft[];
  readonly refused: readonly RefusedSample[];
};

/** Throws SqlError where the cause is not a sample. */
export async function draftDatasets(
  sql: SqlEngine,
  samples: readonly Sample[],
  options: DraftOptions,
): Promise<Draft> {
  const known: KnownSample[] = [];
  const refused: RefusedSample[] = [];
  for (const sample of samples) {
    const read = await readSample(sample, options);
    if ('problem' in read) refused.push(read);
    else known.push(read);
  }
  const kinds = kindsOf(known);
  const taken = new Set<string>();
  const datasets: DatasetDraft[] = [];
  for (const kind of kinds) {
    const own = kinds.length === 1 ? options.name : undefined;
    const name = unique(own ?? datasetName(kind.samples.map(({ place }) => place)), taken);
    const draft = await draftKind(sql, kind, name, known, options);
    refused.push(...draft.refused);
    if (draft.dataset) datasets.push(draft.dataset);
  }
  return { datasets, refused };
}

type KindDraft = { readonly dataset?: DatasetDraft; readonly refused: readonly RefusedSample[] };

async function draftKind(
  sql: SqlEngine,
  kind: Kind,
  name: string,
  all: readonly KnownSample[],
  options: DraftOptions,
): Promise<KindDraft> {
  const keys = new Map(kind.samples.map((sample) => [sample, sample.key ?? keyFor(name, sample.place)]));
  const found = await sql.session((session) => readKind(session, kind, [...keys.values()], options));
  if ('refused' in found && found.read === 0) return { refused: found.refused };
  const path = landingGlob(
    [...keys.values()],
    all.flatMap((sample) => (keys.has(sample) || sample.key === undefined ? [] : [sample.key])),
  );
  const base = { name, path: path ?? `${name}/**/*`, kind };
  let fields = found.fields;
  let primaryKey = found.key.primaryKey;
  for (;;) {
    const resource = resourceOf(base, fields, found.partitionBy, primaryKey);
    const dataset = parsed(resource, options.package);
    await sql.session((session) => checkDataset(session, dataset));
    const samples: CheckedSample[] = [];
    for (const sample of found.samples)
      samples.push(await checkSample(sql, dataset, sample, keys.get(sample) ?? '', options));
    const corrected = withoutRefusals(fields, samples);
    const isKeyRefused = samples.some(({ counts }) => counts.some(({ rule }) => rule === 'primary-key'));
    if (corrected === undefined && !(isKeyRefused && primaryKey !== undefined)) {
      const insight = starterInsight(name, resource.schema.fields, found.partitionBy);
      const notes = notesOf(kind, fields, found.key.seen, resource, path !== undefined);
      const isOutside = kind.samples.every(({ key }) => key === undefined);
      return {
        refused: found.refused,
        dataset: { resource, notes, samples, insight, ...(isOutside ? { folder: name } : {}) },
      };
    }
    fields = corrected ?? fields;
    if (isKeyRefused) primaryKey = undefined;
  }
}

async function readKind(session: SqlSession, kind: Kind, keys: readonly string[], options: DraftOptions) {
  const reserved = await reservedWords(session);
  const taken = new Set<string>();
  const labels = kind.labels.filter((label) => label !== '');
  const names = new Map(labels.map((label, i) => [label, fieldName(label, i, reserved, taken)]));
  const { columns, rows, sources, refused } = await readColumns(session, kind, names, options);
  const fields: FieldDraft[] = columns.map((column) => decideField(column, rows));
  const folders = folderValues(keys);
  const partitionBy: string[] = [];
  for (const folder of folders) {
    const at = columns.findIndex(({ name, label }) =>
      [name, label].some((own) => own.toLowerCase() === folder.name.toLowerCase()),
    );
    const own = fields[at];
    if (own !== undefined) fields[at] = sharedField(own, folder);
    const field =
      own === undefined
        ? folderField(fieldName(folder.name, 0, reserved, taken), folder)
        : (fields[at] as FieldDraft);
    if (own === undefined) fields.splice(partitionBy.length, 0, field);
    partitionBy.push(field.words.name);
  }
  const byName = new Map(columns.map((column) => [column.name, column]));
  const inFile = fields.filter(({ words }) => byName.has(words.name));
  const keyFields = inFile.map(({ words }) => ({ words, ...uniqueness(byName.get(words.name)) }));
  const labelOf = (name: string) => byName.get(name)?.label ?? '';
  const key = await decideKey(keyFields, rows, ([a, b]) =>
    isPairUnique(session, sources, [labelOf(a), labelOf(b)]),
  );
  const samples = sources.map(({ sample }) => sample);
  const isPartitioned = partitionBy.length < fields.length;
  return {
    fields,
    partitionBy: isPartitioned ? partitionBy : [],
    key,
    rows,
    samples,
    refused,
    read: sources.length,
  };
}

function uniqueness(column: Column | undefined): { readonly isUnique?: boolean } {
  return column?.isUnique === undefined ? {} : { isUnique: column.isUnique };
}

/** Keywords that a column's name would have to be quoted for. */
async function reservedWords(session: SqlSession): Promise<Set<string>> {
  const rows = await session.rows<{ word: string }>(
    "SELECT keyword_name AS word FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')",
  );
  return new Set(rows.map(({ word }) => word));
}

type Base = { readonly name: string; readonly path: string; readonly kind: Kind };

function resourceOf(
  { name, path, kind }: Base,
  fields: readonly FieldDraft[],
  partitionBy: readonly string[],
  primaryKey: string | undefined,
): ResourceDraft {
  const [first] = kind.samples;
  const { format = 'csv', dialect = {} } = first ?? {};
  return {
    name,
    path,
    format,
    encoding: kind.encoding,
    description: `Drafted from ${kind.samples.length === 1 ? 'one sample' : `${kind.samples.length} samples`}.`,
    ...(Object.keys(dialect).length > 0 ? { dialect } : {}),
    ...(partitionBy.length > 0 ? { partitionBy: [...partitionBy] } : {}),
    schema: {
      fields: fields.map(
        ({ words, seen }): FieldWords => ({ ...words, description: `Drafted from samples: ${seen}.` }),
      ),
      ...(primaryKey === undefined ? {} : { primaryKey }),
    },
  };
}

function parsed(resource: ResourceDraft, packageName: string): Dataset {
  const [dataset] = parseContract('draft', packageName, packageText(packageName, [resource]));
  if (dataset === undefined) throw new Error('a contract of one resource has one dataset');
  return dataset;
}

/** What the counts did not foresee gives way: a field becomes a text, without limits. Undefined if no field is refused. */
function withoutRefusals(
  fields: readonly FieldDraft[],
  samples: readonly CheckedSample[],
): FieldDraft[] | undefined {
  const rules = new Set(['type-error', 'required', 'enum']);
  const refused = new Set(
    samples.flatMap(({ counts }) => counts.filter(({ rule }) => rules.has(rule)).map(({ field }) => field)),
  );
  const isBad = ({ words }: FieldDraft) => refused.has(words.name) && !isFree(words);
  if (!fields.some(isBad)) return undefined;
  return fields.map((field) => {
    if (!isBad(field)) return field;
    const { words, seen, remarks } = asText(field, 'the check of the samples refused some of its values');
    const { constraints: _, ...free } = words;
    return { words: free, seen, remarks };
  });
}

function isFree({ type = 'string', format, constraints }: FieldWords): boolean {
  return type === 'string' && format === undefined && constraints === undefined;
}
