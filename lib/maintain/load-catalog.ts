// Reads schemas/<package>/datapackage.json and insights/*.sql and makes one catalog of them, or refuses with the file and
// the place. All I/O of definitions is here.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Catalog, dependencyOrder, makeCatalog, refuseSameNames } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { Place } from '../core/definition-place.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import type { Derivation } from '../core/insight.ts';
import { parseContract } from '../core/parse-contract.ts';
import { type InsightSource, parseInsight } from '../core/parse-insight.ts';
import { CliError, DefinitionError } from '../errors.ts';
import type { SqlEngine } from '../ports.ts';
import { bindInsight } from './bind-insight.ts';
import { checkDataset } from './check-dataset.ts';
import { parseSelect, unstableFunctions } from './parse-select.ts';

/** Throws DefinitionError for what is wrong in a file, CliError where there is nothing to read. */
export async function loadCatalog(schemasFolder: string, engine: SqlEngine): Promise<Catalog> {
  const { datasets, sources } = await readDefinitions(schemasFolder);
  refuseSameNames([...datasets, ...sources]);
  const names = [...datasets, ...sources].map(({ name }) => name);
  const { unstable, readers } = await engine.session(async (session) => {
    for (const dataset of datasets) await checkDataset(session, dataset);
    const unstable = await unstableFunctions(session);
    const readers = [];
    for (const source of sources) {
      const at = { file: source.file, line: source.sqlLine };
      const { tables } = await parseSelect(session, source.sql, at, unstable);
      readers.push({
        name: source.name,
        file: source.file,
        source,
        reads: knownTables(source, tables, names),
      });
    }
    return { unstable, readers };
  });
  const insights: Derivation[] = [];
  for (const { source, reads } of dependencyOrder(readers)) {
    const known = makeCatalog(datasets, insights);
    const inputs = reads.flatMap((name) => {
      const table = known.resolve(name);
      return table === undefined
        ? []
        : [{ table, columns: known.columnsOf(table), partitionColumns: known.partitionColumnsOf(table) }];
    });
    insights.push(await engine.session((session) => bindInsight(session, source, inputs, unstable)));
  }
  return makeCatalog(datasets, insights);
}

/** The tables by their defined names, each once. */
function knownTables(source: InsightSource, tables: readonly string[], names: readonly string[]): string[] {
  const place = new Place(source.file, `line ${source.sqlLine}`);
  const known = tables.map(
    (table) =>
      names.find((name) => name.toLowerCase() === table.toLowerCase()) ??
      place.refuse(
        `no dataset and no insight is named ${JSON.stringify(table)}.${didYouMean(table, names)} The SQL may read ${names.join(', ')}`,
      ),
  );
  if (known.length === 0)
    place.refuse('the SQL reads no table: an insight is computed from datasets or other insights');
  return [...new Set(known)];
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
    const text = await readIfThere(file);
    if (text !== undefined) datasets.push(...parseContract(file, name, text));
    else if (files.length > 0)
      throw new DefinitionError(file, '', "the file is missing: insights need their package's contract");
    for (const entry of files) {
      const path = join(insights, entry);
      sources.push(parseInsight(path, basename(entry, '.sql'), await readFile(path, 'utf8')));
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

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
