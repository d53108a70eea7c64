// All definitions together: datasets, and the tables computed from them in dependency order. Looks up by name, by table
// and by landing key; reads no files itself (lib/definitions/load-catalog.ts does).
import { DefinitionError } from '../errors.ts';
import { builtIn, currentTable, landingTable } from './built-in.ts';
import { type Dataset, tableColumns } from './contract.ts';
import { globMatcher } from './glob.ts';
import { type Derivation, relatedTables, sameTable, type TableRef, tablePrefix } from './insight.ts';
import type { Column } from './schema.ts';
import { AsideIndex, type SetAside } from './set-aside.ts';
import { type DatePart, datePart } from './window.ts';

export { landingTable };

export type Catalog = {
  readonly datasets: readonly Dataset[];
  /** Including the built-in ones; each after everything it reads. */
  readonly derivations: readonly Derivation[];
  /** Partition columns first. Throws for a table that is not defined. */
  columnsOf(table: TableRef): readonly Column[];
  partitionColumnsOf(table: TableRef): readonly string[];
  /** What its partition columns count, by their names; those that count nothing are absent. */
  datePartsOf(table: TableRef): ReadonlyMap<string, DatePart>;
  /** Columns that identify a row of the table; undefined if not known. */
  keyOf(table: TableRef): readonly string[] | undefined;
  /** Columns that are never NULL: of an insight those of its key, of a dataset also those that its contract requires. */
  requiredOf(table: TableRef): readonly string[];
  /** Columns of DOUBLE that may contain -0.0, or NaN of either sign; those of datasets never do. */
  variedColumnsOf(table: TableRef): readonly string[];
  /** Definitions that are set aside: their tables, keys and reports are not part of the other answers. */
  readonly aside: readonly SetAside[];
  /** The datasets whose path, or whose deliveries' markers, match the landing key. Ask `asideOf` first. */
  claims(key: string): readonly Dataset[];
  /** The set-aside definition that matches or may match the landing key: such a key is neither unknown nor another dataset's. */
  asideOf(key: string): SetAside | undefined;
  /** The set-aside definition that defines, holds back, or may define the table of that name: it is not undefined. */
  asideNamed(name: string): SetAside | undefined;
  /** The one dataset whose glob matches the landing key. Throws DefinitionError if two match, or if `asideOf` finds one. */
  datasetFor(key: string): Dataset | undefined;
  /** The derivations that read the table directly, or have an audit that reads it. */
  dependents(table: TableRef): readonly Derivation[];
  /** The table that a name in SQL means, ignoring case: a dataset's table or history, or an insight. */
  resolve(name: string): TableRef | undefined;
};

/** `insights` must be in dependency order: see dependencyOrder. */
export function makeCatalog(
  datasets: readonly Dataset[],
  insights: readonly Derivation[],
  aside: readonly SetAside[] = [],
): Catalog {
  const derivations = [...datasets.flatMap(builtIn), ...insights];
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
  for (const { target, columns, partitionBy } of derivations) {
    tables.set(tablePrefix(target), { columns, partitionColumns: partitionBy });
    names.set(target.name.toLowerCase(), target);
  }
  const shapeOf = (table: TableRef) => {
    const shape = tables.get(tablePrefix(table));
    if (!shape) throw new Error(`there is no contract or insight for the table ${tablePrefix(table)}`);
    return shape;
  };
  const globs = datasets.map((dataset) => ({ claims: [dataset], matches: landingMatcher(dataset) }));
  // Asked of every key of a landing of very many: most have one claim, and the same list.
  const claims = (key: string) => {
    let found: readonly Dataset[] = [];
    for (const glob of globs)
      if (glob.matches(key)) found = found.length === 0 ? glob.claims : [...found, ...glob.claims];
    return found;
  };
  const index = new AsideIndex(aside);
  const asideOf = (key: string) =>
    aside.length === 0 ? undefined : index.ofKey(key, claims(key).length > 0);
  return {
    datasets,
    derivations,
    aside,
    columnsOf: (table) => shapeOf(table).columns,
    datePartsOf: (table) => datePartsOf(table, datasets, insights),
    partitionColumnsOf: (table) => shapeOf(table).partitionColumns,
    keyOf: (table) => {
      const derivation = derivations.find(({ target }) => sameTable(target, table));
      if (derivation === undefined || derivation.key.length === 0) return undefined;
      return [...new Set([...derivation.partitionBy, ...derivation.key])];
    },
    requiredOf: (table) => {
      const dataset = datasets.find((one) =>
        [landingTable(one), currentTable(one)].some((own) => sameTable(own, table)),
      );
      const required = dataset?.fields.filter(({ constraints }) => constraints.required) ?? [];
      const derivation = derivations.find(({ target }) => sameTable(target, table));
      return [...new Set([...(derivation?.key ?? []), ...required.map(({ name }) => name)])];
    },
    variedColumnsOf: (table) => derivations.find(({ target }) => sameTable(target, table))?.varied ?? [],
    claims,
    asideOf,
    asideNamed: (name) => (names.has(name.toLowerCase()) ? undefined : index.ofName(name)),
    datasetFor: (key) => {
      const by = asideOf(key);
      if (by) throw heldKey(key, by);
      return onlyClaim(key, claims(key));
    },
    dependents: (table) =>
      derivations.filter((derivation) =>
        [...derivation.inputs, ...relatedTables(derivation, 'error')].some((input) =>
          sameTable(input, table),
        ),
      ),
    resolve: (name) => names.get(name.toLowerCase()),
  };
}

/** Its source files, and the markers of its deliveries. */
function landingMatcher({ path, delivery }: Dataset): (key: string) => boolean {
  const isSource = globMatcher(path);
  const isMarker = delivery?.complete === undefined ? () => false : globMatcher(delivery.complete);
  return (key) => isSource(key) || isMarker(key);
}

/** An insight's partition columns are those of the table that drives it. */
function datePartsOf(
  table: TableRef,
  datasets: readonly Dataset[],
  insights: readonly Derivation[],
): ReadonlyMap<string, DatePart> {
  const insight = insights.find(({ target }) => sameTable(target, table));
  if (insight?.over) return datePartsOf(insight.over, datasets, insights);
  const dataset = insight ? undefined : datasets.find(({ name }) => name === table.name);
  return new Map(
    dataset?.partitionBy.flatMap((column) => {
      const part = datePart(dataset, column);
      return part === undefined ? [] : [[column.name, part] as const];
    }),
  );
}

function heldKey(key: string, { file, error }: SetAside): DefinitionError {
  return new DefinitionError(
    file,
    '',
    `the landing key ${JSON.stringify(key)} may belong to it, but it is set aside: ${error.message}`,
  );
}

function onlyClaim(key: string, [first, second]: readonly Dataset[]): Dataset | undefined {
  if (first && second)
    throw new DefinitionError(
      second.file,
      `dataset ${second.name}`,
      `the landing key ${JSON.stringify(key)} matches ${pathsText(second)} of ${second.name} and ${pathsText(first)} of ${first.name} (${first.file}): make them differ`,
    );
  return first;
}

function pathsText({ path, delivery }: Dataset): string {
  const complete = delivery?.complete;
  return `the path ${JSON.stringify(path)}${complete === undefined ? '' : ` or the markers ${JSON.stringify(complete)}`}`;
}

export type Named = {
  readonly name: string;
  readonly file: string;
  readonly place?: string;
  /** What has the name, unless it is the definition itself: `the history of orders`. */
  readonly role?: string;
};

/** The definitions that share their SQL name with another one; the last of a name comes first, with a refusal that names the other file. */
export function sameNames<T extends Named>(
  definitions: readonly T[],
): { definition: T; error: DefinitionError }[] {
  const byName = new Map<string, T[]>();
  for (const definition of definitions) {
    const name = definition.name.toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), definition]);
  }
  return [...byName.values()].flatMap((group) =>
    group.length === 1
      ? []
      : group.toReversed().map((definition) => {
          const other = group.find((one) => one !== definition) ?? definition;
          const own = definition.role === undefined ? '' : `, of ${definition.role},`;
          const taker = other.role ?? JSON.stringify(other.name);
          const problem = `the name ${JSON.stringify(definition.name)}${own} is taken by ${taker} in ${other.file}: rename one`;
          return { definition, error: new DefinitionError(definition.file, definition.place ?? '', problem) };
        }),
  );
}

/** `line`: the line on which its SQL starts. */
export type Reader = {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly reads: readonly string[];
};

/**
 * `ordered`: each after those it reads, otherwise in the given order. `circles`: those that read themselves, directly or
 * indirectly, with a refusal that names the cycle; they are not in `ordered`, but their readers are.
 */
export function dependencyOrder<T extends Reader>(
  readers: readonly T[],
): { ordered: T[]; circles: { reader: T; error: DefinitionError }[] } {
  const byName = new Map(readers.map((reader) => [reader.name.toLowerCase(), reader]));
  const readBy = (reader: T) => reader.reads.flatMap((name) => byName.get(name.toLowerCase()) ?? []);
  const circles = readers.flatMap((reader) => {
    const path = pathTo(reader, readBy);
    return path === undefined ? [] : [{ reader, error: inCircle(reader, path) }];
  });
  const ordered = new Set<T>();
  const isInCircle = new Set(circles.map(({ reader }) => reader));
  const visit = (reader: T): void => {
    if (ordered.has(reader) || isInCircle.has(reader)) return;
    for (const read of readBy(reader)) visit(read);
    ordered.add(reader);
  };
  for (const reader of readers) visit(reader);
  return { ordered: [...ordered], circles };
}

/** The path from the reader through its inputs back to itself; undefined if there is none. */
function pathTo<T>(goal: T, next: (from: T) => readonly T[]): T[] | undefined {
  const seen = new Set<T>();
  const walk = (from: T): T[] | undefined => {
    for (const read of next(from)) {
      if (read === goal) return [from, goal];
      if (seen.has(read)) continue;
      seen.add(read);
      const rest = walk(read);
      if (rest) return [from, ...rest];
    }
    return undefined;
  };
  return walk(goal);
}

function inCircle(reader: Reader, path: readonly Reader[]): DefinitionError {
  const circle = path.map(({ name }) => name).join(' → ');
  return new DefinitionError(
    reader.file,
    `line ${reader.line}`,
    `insights read each other in a cycle: ${circle}. Remove one of these reads`,
  );
}
