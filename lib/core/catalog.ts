// All that is defined, together: datasets, and the tables computed from them in the order of their dependence. Answers
// questions by name, by table and by landing key; reads nothing itself (lib/maintain/load-catalog.ts does).
import { DefinitionError } from '../errors.ts';
import { type Dataset, tableColumns } from './contract.ts';
import { definitionHash } from './definition-hash.ts';
import { globMatcher } from './glob.ts';
import { type Derivation, relatedTables, sameTable, type TableRef, tablePrefix } from './insight.ts';
import type { Column } from './schema.ts';
import { identifier } from './sql-text.ts';

export type Catalog = {
  readonly datasets: readonly Dataset[];
  /** The built-in ones included; each after all that it reads. */
  readonly derivations: readonly Derivation[];
  /** Partition columns first. Throws for a table that is not defined. */
  columnsOf(table: TableRef): readonly Column[];
  partitionColumnsOf(table: TableRef): readonly string[];
  /** Columns in which no two rows of the table agree; undefined where nothing says so. */
  keyOf(table: TableRef): readonly string[] | undefined;
  /** Columns of DOUBLE that may hold -0.0, or NaN of either sign; those of datasets do not. */
  variedColumnsOf(table: TableRef): readonly string[];
  /** The datasets whose globs match the landing key. */
  claims(key: string): readonly Dataset[];
  /** The one dataset whose glob matches the landing key. Throws DefinitionError where two do. */
  datasetFor(key: string): Dataset | undefined;
  /** The derivations that read the table themselves, or whose publishing an audit makes depend on it. */
  dependents(table: TableRef): readonly Derivation[];
  /** What a name means in SQL, in any case: a dataset's table or an insight. */
  resolve(name: string): TableRef | undefined;
};

/** `insights` must be in the order of their dependence: see dependencyOrder. */
export function makeCatalog(datasets: readonly Dataset[], insights: readonly Derivation[]): Catalog {
  const derivations = [...datasets.flatMap((dataset) => currentRows(dataset) ?? []), ...insights];
  const tables = new Map<string, { columns: readonly Column[]; partitionColumns: readonly string[] }>();
  const names = new Map<string, TableRef>();
  for (const dataset of datasets) {
    const shape = {
      columns: tableColumns(dataset),
      partitionColumns: dataset.partitionBy.map((p) => p.name),
    };
    for (const table of [landingTable(dataset), currentTable(dataset)]) tables.set(tablePrefix(table), shape);
    names.set(dataset.name.toLowerCase(), currentTable(dataset));
  }
  for (const { target, columns, partitionBy } of insights) {
    tables.set(tablePrefix(target), { columns, partitionColumns: partitionBy });
    names.set(target.name.toLowerCase(), target);
  }
  const shapeOf = (table: TableRef) => {
    const shape = tables.get(tablePrefix(table));
    if (!shape) throw new Error(`no contract and no insight defines the table ${tablePrefix(table)}`);
    return shape;
  };
  const globs = datasets.map((dataset) => ({ dataset, matches: globMatcher(dataset.path) }));
  const claims = (key: string) => globs.filter(({ matches }) => matches(key)).map(({ dataset }) => dataset);
  return {
    datasets,
    derivations,
    columnsOf: (table) => shapeOf(table).columns,
    partitionColumnsOf: (table) => shapeOf(table).partitionColumns,
    keyOf: (table) => {
      const derivation = derivations.find(({ target }) => sameTable(target, table));
      if (derivation === undefined || derivation.key.length === 0) return undefined;
      return [...new Set([...derivation.partitionBy, ...derivation.key])];
    },
    variedColumnsOf: (table) => derivations.find(({ target }) => sameTable(target, table))?.varied ?? [],
    claims,
    datasetFor: (key) => onlyClaim(key, claims(key)),
    dependents: (table) =>
      derivations.filter((derivation) =>
        [...derivation.inputs, ...relatedTables(derivation, 'error')].some((input) =>
          sameTable(input, table),
        ),
      ),
    resolve: (name) => names.get(name.toLowerCase()),
  };
}

/** Where the rows of landing files go as they came. */
export function landingTable(dataset: Dataset): TableRef {
  return { kind: dataset.mode === 'append' ? 'tables' : 'arrivals', name: dataset.name };
}

function currentTable(dataset: Dataset): TableRef {
  return { kind: 'tables', name: dataset.name };
}

/**
 * The rows that count of an upsert or replace dataset, computed from its arrivals; undefined for append. The relation of
 * the arrivals has the further columns of SOURCE_COLUMNS in relation-sql.ts.
 */
function currentRows(dataset: Dataset): Derivation | undefined {
  if (dataset.mode === 'append') return undefined;
  const arrivals = landingTable(dataset);
  const columns = tableColumns(dataset);
  const key = dataset.mode === 'upsert' ? dataset.primaryKey : [];
  const select = `SELECT ${columns.map((column) => identifier(column.name)).join(', ')} FROM ${identifier(dataset.name)}`;
  const newest = 'ORDER BY _sluice_last_modified DESC, _sluice_source DESC';
  const sql =
    dataset.mode === 'upsert'
      ? `${select} QUALIFY row_number() OVER (PARTITION BY ${key.map(identifier).join(', ')} ${newest}) = 1`
      : `${select} WHERE _sluice_newest`;
  const meaning = { sql, partitionBy: dataset.partitionBy.map((p) => p.name), key };
  return {
    target: currentTable(dataset),
    file: dataset.file,
    ...(dataset.description === undefined ? {} : { description: dataset.description }),
    ...meaning,
    inputs: [arrivals],
    over: arrivals,
    audits: [],
    columns,
    hash: definitionHash({ ...meaning, types: columns.map((column) => column.type) }),
  };
}

function onlyClaim(key: string, [first, second]: readonly Dataset[]): Dataset | undefined {
  if (first && second)
    throw new DefinitionError(
      second.file,
      `dataset ${second.name}`,
      `the landing key ${JSON.stringify(key)} matches its path ${JSON.stringify(second.path)} and that of ${first.name}, ${JSON.stringify(first.path)} (${first.file}): make the paths differ`,
    );
  return first;
}

/** Throws DefinitionError where two definitions have one name to SQL, naming both files. */
export function refuseSameNames(
  definitions: readonly { readonly name: string; readonly file: string; readonly place?: string }[],
): void {
  const seen = new Map<string, { readonly name: string; readonly file: string }>();
  for (const definition of definitions) {
    const earlier = seen.get(definition.name.toLowerCase());
    if (earlier)
      throw new DefinitionError(
        definition.file,
        definition.place ?? '',
        `the name ${JSON.stringify(definition.name)} is taken by ${JSON.stringify(earlier.name)} in ${earlier.file}: rename one`,
      );
    seen.set(definition.name.toLowerCase(), definition);
  }
}

/** `line`: on which its SQL begins. */
export type Reader = {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly reads: readonly string[];
};

/** Each after those that it reads, else in the given order. Throws DefinitionError naming a circle. */
export function dependencyOrder<T extends Reader>(readers: readonly T[]): T[] {
  const ordered = new Set<T>();
  const byName = new Map(readers.map((reader) => [reader.name.toLowerCase(), reader]));
  const visit = (reader: T, path: readonly T[]): void => {
    if (ordered.has(reader)) return;
    const start = path.indexOf(reader);
    if (start >= 0) {
      const circle = [...path.slice(start), reader].map(({ name }) => name).join(' → ');
      throw new DefinitionError(
        reader.file,
        `line ${reader.line}`,
        `insights read one another in a circle: ${circle}. Break it`,
      );
    }
    for (const name of reader.reads) {
      const read = byName.get(name.toLowerCase());
      if (read) visit(read, [...path, reader]);
    }
    ordered.add(reader);
  };
  for (const reader of readers) visit(reader, []);
  return [...ordered];
}
