// Reads schemas/<package>/datapackage.json and insights/*.sql and makes one catalog of them, or refuses with the file and
// the place. All I/O of definitions is here.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Catalog, dependencyOrder, makeCatalog, refuseSameNames } from '../core/catalog.ts';
import { type Dataset, tableColumns } from '../core/contract.ts';
import type { Place } from '../core/definition-place.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import type { Derivation } from '../core/insight.ts';
import { parseContract } from '../core/parse-contract.ts';
import { type InsightSource, parseInsight } from '../core/parse-insight.ts';
import { CliError, DefinitionError } from '../errors.ts';
import type { SqlEngine, SqlSession } from '../ports.ts';
import { bindInsight } from './bind-insight.ts';
import { checkDataset } from './check-dataset.ts';
import type { BoundInput } from './output-columns.ts';
import { engineFunctions, lineOf, type ParsedSelect, parseSelect, placeAt } from './parse-select.ts';
import { readText } from './read-text.ts';

/** Throws DefinitionError for what is wrong in a file, CliError where there is nothing to read. */
export async function loadCatalog(schemasFolder: string, engine: SqlEngine): Promise<Catalog> {
  const { datasets, sources } = await readDefinitions(schemasFolder);
  refuseSameNames([
    ...datasets.map(({ name, file }) => ({ name, file, place: `dataset ${name}` })),
    ...sources.map(({ name, file }) => ({ name, file, place: 'line 1' })),
  ]);
  const names = [...datasets, ...sources].map(({ name }) => name);
  const { functions, readers } = await engine.session(async (session) => {
    for (const dataset of datasets) await checkDataset(session, dataset);
    const functions = await engineFunctions(session);
    const columns = datasets.flatMap((dataset) => tableColumns(dataset).map((column) => column.name));
    const readers = [];
    for (const source of sources) {
      const at = { file: source.file, line: source.sqlLine };
      const select = await parseSelect(session, source.sql, at, functions, { tables: names, columns });
      const { name, file, sqlLine: line } = source;
      const inputs = knownTables(source, select, names);
      const related = relatedTables(source, names);
      readers.push({
        name,
        file,
        line,
        source,
        select,
        inputs,
        related,
        reads: [...inputs, ...related.values()],
      });
    }
    return { functions, readers };
  });
  const insights: Derivation[] = [];
  for (const { source, select, inputs, related } of dependencyOrder(readers)) {
    const known = makeCatalog(datasets, insights);
    const tables = {
      inputs: inputs.map((name) => boundInput(known, name)),
      related: new Map([...related].map(([written, name]) => [written, boundInput(known, name)])),
    };
    const bind = (session: SqlSession) => bindInsight(session, source, select.statement, tables, functions);
    insights.push(await engine.session(bind));
  }
  return makeCatalog(datasets, insights);
}

/** A dataset, or an insight that is bound already. */
function boundInput(known: Catalog, name: string): BoundInput {
  const table = known.resolve(name);
  if (table === undefined) throw new Error(`${name} is read before it is bound`);
  return {
    table,
    columns: known.columnsOf(table),
    partitionColumns: known.partitionColumnsOf(table),
    key: known.keyOf(table),
    varied: known.variedColumnsOf(table),
  };
}

/** The tables that audits look up: by the name as written, the defined name. */
function relatedTables(source: InsightSource, names: readonly string[]): Map<string, string> {
  const related = new Map<string, string>();
  for (const [i, { related: to }] of source.audits.entries()) {
    const words = `audits[${i}]`;
    const place = lineOf({ file: source.file, line: source.lines[words] ?? 1, words }, 1);
    if (to !== undefined) related.set(to, definedName(to, names, place));
  }
  return related;
}

/** The tables by their defined names, each once. */
function knownTables(source: InsightSource, select: ParsedSelect, names: readonly string[]): string[] {
  const at = { file: source.file, line: source.sqlLine };
  const known = select.tables.map((table) =>
    definedName(table, names, placeAt(at, source.sql, select.offsets.get(table) ?? 0)),
  );
  if (known.length === 0)
    placeAt(at, source.sql, 0).refuse(
      'the SQL reads no table: an insight is computed from datasets or other insights',
    );
  return [...new Set(known)];
}

function definedName(written: string, names: readonly string[], place: Place): string {
  return (
    names.find((name) => name.toLowerCase() === written.toLowerCase()) ??
    place.refuse(
      `no dataset and no insight is named ${JSON.stringify(written)}.${didYouMean(written, names)} The SQL may read ${names.join(', ')}`,
    )
  );
}

async function readDefinitions(folder: string): Promise<{ datasets: Dataset[]; sources: InsightSource[] }> {
  const datasets: Dataset[] = [];
  const sources: InsightSource[] = [];
  const packages = await entries(folder);
  if (packages === undefined)
    throw new CliError(
      `there is no folder ${folder}: pass the folder that holds your packages as --schemas DIR`,
    );
  for (const name of packages) {
    const file = join(folder, name, 'datapackage.json');
    const insights = join(folder, name, 'insights');
    const files = ((await entries(insights)) ?? []).filter((entry) => entry.endsWith('.sql'));
    const text = await readText(file);
    if (text !== undefined) datasets.push(...parseContract(file, name, text));
    else if (files.length > 0)
      throw new DefinitionError(file, '', "the file is missing: insights need their package's contract");
    for (const entry of files) {
      const path = join(insights, entry);
      sources.push(parseInsight(path, basename(entry, '.sql'), (await readText(path)) ?? ''));
    }
  }
  if (datasets.length === 0)
    throw new CliError(
      `no <package>/datapackage.json is in ${folder}: pass the folder that holds your packages as --schemas DIR`,
    );
  return { datasets, sources };
}

/** Names in code unit order, whatever the machine's language; undefined where there is no such folder. */
async function entries(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
