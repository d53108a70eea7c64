// Parses and binds the definitions' texts. Wrong definitions are set aside with file and position, and everything that depends on
// them is held back.
import { readTables, tableNames } from '../core/built-in.ts';
import {
  type Catalog,
  dependencyOrder,
  makeCatalog,
  type Named,
  type Reader,
  sameNames,
} from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { type Derivation, THIS_PARTITION } from '../core/insight.ts';
import { type SetAside, toldByContract } from '../core/set-aside.ts';
import type { DefinitionError } from '../errors.ts';
import type { SqlEngine, SqlSession } from '../ports.ts';
import { bindInsight } from './bind-insight.ts';
import type { InsightMemory, ReadSelect } from './bound-memory.ts';
import { checkDataset } from './check-dataset.ts';
import { definedName } from './defined-name.ts';
import type { DefinitionFile } from './definition-files.ts';
import type { BoundInput } from './output-columns.ts';
import { isName, parseContractParts } from './parse-contract.ts';
import { type InsightSource, parseInsight } from './parse-insight.ts';
import { whyUnpartitioned } from './parse-partition.ts';
import { engineFunctions, lineOf, type ParsedSelect, parseSelect, placeAt } from './parse-select.ts';
import { Problems } from './problems.ts';
import type { KnownNames } from './quoting-hint.ts';
import { Refusals } from './refusals.ts';

/** What makes a catalogue; see makeCatalog. */
export type BoundDefinitions = {
  readonly datasets: readonly Dataset[];
  readonly insights: readonly Derivation[];
  readonly aside: readonly SetAside[];
};

export async function bindFiles(
  files: readonly DefinitionFile[],
  engine: SqlEngine,
  memory: InsightMemory,
): Promise<BoundDefinitions> {
  const refusals = new Refusals();
  const parsed = withoutTwins(parseFiles(files, refusals, memory), refusals);
  const datasets: Dataset[] = [];
  const readers: InsightReader[] = [];
  await engine.session(async (session) => {
    for (const dataset of parsed.datasets)
      if (await refusals.tried(datasetTold(dataset), () => checkDataset(session, dataset)))
        datasets.push(dataset);
    const read = datasets.flatMap(readTables);
    const names = [...read.map(({ table }) => table.name), ...parsed.sources.map(({ name }) => name)];
    const columns = read.flatMap((table) => table.columns.map((column) => column.name));
    for (const source of parsed.sources)
      await refusals.tried(insightTold(source), async () => {
        const known = { tables: [...new Set([...names, ...refusals.names])], columns };
        readers.push(await readInsight(session, source, known, memory, refusals.hidingNames));
      });
  });
  const { ordered, circles } = dependencyOrder(readers);
  for (const { reader, error } of circles) refusals.add({ ...insightTold(reader), error });
  const insights: Derivation[] = [];
  const bound = new BoundInputs(() => makeCatalog(datasets, insights));
  for (const reader of ordered) {
    if (refusals.hold(reader.name, reader.reads, reader.heldBy)) continue;
    await refusals.tried(insightTold(reader), async () => {
      insights.push(await bindReader(engine, reader, bound, memory));
    });
  }
  return { datasets, insights, aside: refusals.aside() };
}

type Parsed = { readonly datasets: readonly Dataset[]; readonly sources: readonly InsightSource[] };

function parseFiles(files: readonly DefinitionFile[], refusals: Refusals, memory: InsightMemory): Parsed {
  const datasets: Dataset[] = [];
  const sources: InsightSource[] = [];
  for (const definition of files) {
    const { kind, package: packageName, name, file, text } = definition;
    const aside =
      kind === 'insight'
        ? insightTold({ file, name })
        : { kind: 'package' as const, file, ...toldByContract(typeof text === 'string' ? text : '', isName) };
    refusals.triedNow(aside, () => {
      if (typeof text !== 'string') throw text;
      if (kind === 'insight') {
        sources.push(memory.parsed(definition, () => parseInsight(file, name, text)));
        return;
      }
      const { datasets: sound, refused } = parseContractParts(file, packageName, text);
      datasets.push(...sound);
      for (const one of refused) refusals.add({ ...one, kind: 'dataset', file });
    });
  }
  return { datasets, sources };
}

/** A name that two definitions claim belongs to neither. Even a wrong definition claims its name. */
function withoutTwins({ datasets, sources }: Parsed, refusals: Refusals): Parsed {
  const twins = new Map<Dataset | InsightSource, DefinitionError>();
  const named: (Named & { readonly of?: Dataset | InsightSource })[] = [
    ...refusals.named,
    ...datasets.flatMap((of) =>
      tableNames(of).map((name) => ({
        name,
        file: of.file,
        place: `dataset ${of.name}`,
        ...(name === of.name ? {} : { role: `the history of ${of.name}` }),
        of,
      })),
    ),
    ...sources.map((of) => ({ name: of.name, file: of.file, place: 'line 1', of })),
  ];
  for (const { definition, error } of sameNames(named)) if (definition.of) twins.set(definition.of, error);
  for (const [of, error] of twins)
    refusals.add({ ...('path' in of ? datasetTold(of) : insightTold(of)), error });
  return {
    datasets: datasets.filter((dataset) => !twins.has(dataset)),
    sources: sources.filter((source) => !twins.has(source)),
  };
}

function datasetTold(dataset: Dataset) {
  const { file, path } = dataset;
  const known = { names: tableNames(dataset), paths: [path], hidesNames: false, hidesPaths: false };
  return { kind: 'dataset' as const, file, ...known };
}

function insightTold({ file, name }: { readonly file: string; readonly name: string }) {
  const known = { names: [name], paths: [], hidesNames: false, hidesPaths: false };
  return { kind: 'insight' as const, file, ...known };
}

/** An insight and the tables it reads, by their defined names. */
type InsightReader = Reader & {
  readonly source: InsightSource;
  readonly select: ReadSelect;
  readonly inputs: readonly string[];
  /** By the name as written. */
  readonly related: ReadonlyMap<string, string>;
  /** An unreadable contract may define any name that nothing else defines. */
  readonly heldBy: DefinitionError | undefined;
};

async function readInsight(
  session: SqlSession,
  source: InsightSource,
  known: KnownNames,
  memory: InsightMemory,
  hidden: DefinitionError | undefined,
): Promise<InsightReader> {
  const { name, file, sqlLine: line } = source;
  const names = known.tables;
  const select = await memory.read(source, () => parsedSql(session, source, known));
  const reader = { name, file, line, source, select, heldBy: undefined };
  const related = source.audits.flatMap(({ related: to }) => to ?? []);
  const isKnown = (written: string) =>
    [...names, THIS_PARTITION].some((known) => known.toLowerCase() === written.toLowerCase());
  if (hidden && [...select.tables, ...related].some((written) => !isKnown(written)))
    return { ...reader, inputs: [], related: new Map(), reads: [], heldBy: hidden };
  const problems = new Problems();
  const inputs = problems.now(() => knownTables(source, select, names));
  const lookedUp = problems.now(() => relatedTables(source, names));
  if (inputs === undefined || lookedUp === undefined) return problems.refuseSurely();
  return { ...reader, inputs, related: lookedUp, reads: [...inputs, ...lookedUp.values()] };
}

async function parsedSql(
  session: SqlSession,
  { sql, file, sqlLine: line }: InsightSource,
  known: KnownNames,
): Promise<ParsedSelect> {
  return parseSelect(session, sql, { file, line }, await engineFunctions(session), known);
}

function bindReader(
  engine: SqlEngine,
  { source, select, inputs, related }: InsightReader,
  bound: BoundInputs,
  memory: InsightMemory,
): Promise<Derivation> {
  const tables = {
    inputs: inputs.map((name) => bound.of(name)),
    related: new Map([...related].map(([written, name]) => [written, bound.of(name)])),
  };
  const bind = async (session: SqlSession) => {
    const { statement } =
      'statement' in select ? select : await parsedSql(session, source, { tables: [], columns: [] });
    return bindInsight(session, source, { ...select, statement }, tables, await engineFunctions(session));
  };
  return memory.bound(source, tables, () => engine.session(bind));
}

/** Datasets, and the insights that are already bound. */
class BoundInputs {
  readonly #known = new Map<string, BoundInput>();
  readonly #catalog: () => Catalog;

  constructor(catalog: () => Catalog) {
    this.#catalog = catalog;
  }

  of(name: string): BoundInput {
    const input = this.#known.get(name) ?? boundInput(this.#catalog(), name);
    this.#known.set(name, input);
    return input;
  }
}

function boundInput(known: Catalog, name: string): BoundInput {
  const table = known.resolve(name);
  if (table === undefined) throw new Error(`${name} is read before it is bound`);
  const dataset = known.datasets.find((one) => one.name === table.name);
  const unpartitioned = dataset && whyUnpartitioned(dataset);
  const key = known.keyOf(table);
  const fileKey =
    key === undefined && dataset && dataset.primaryKey.length > 0 ? dataset.primaryKey : undefined;
  return {
    table,
    columns: known.columnsOf(table),
    partitionColumns: known.partitionColumnsOf(table),
    ...(unpartitioned === undefined ? {} : { unpartitioned }),
    dateParts: known.datePartsOf(table),
    key,
    ...(fileKey === undefined ? {} : { fileKey }),
    required: known.requiredOf(table),
    varied: known.variedColumnsOf(table),
  };
}

/** The tables that audits look up: name as written → defined name. */
function relatedTables(source: InsightSource, names: readonly string[]): Map<string, string> {
  const related = new Map<string, string>();
  const problems = new Problems();
  for (const [i, { related: to }] of source.audits.entries()) {
    const words = `audits[${i}]`;
    const place = lineOf({ file: source.file, line: source.lines[words] ?? 1, words }, 1);
    const name = to && problems.now(() => definedName(to, names, place));
    if (to !== undefined && name !== undefined) related.set(to, name);
  }
  problems.refuse();
  return related;
}

/** The tables by their defined names, each once. */
function knownTables(source: InsightSource, select: ReadSelect, names: readonly string[]): string[] {
  const at = { file: source.file, line: source.sqlLine };
  const isPartition = (table: string) => table.toLowerCase() === THIS_PARTITION;
  const problems = new Problems();
  const known = select.tables
    .filter((table) => !isPartition(table))
    .flatMap((table) => {
      const place = placeAt(at, source.sql, select.offsets.get(table) ?? 0);
      return problems.now(() => definedName(table, names, place)) ?? [];
    });
  problems.refuse();
  if (known.length === 0)
    placeAt(at, source.sql, 0).refuse('the SQL reads no table: read a dataset or another insight');
  return [...new Set(known)];
}
