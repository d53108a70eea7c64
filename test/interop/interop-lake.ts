// A local lake on disk whose landing folder a test edits, and what Sluice itself reads of its tables, as canonical texts.
import { cp, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { landingTable } from '../../lib/core/catalog.ts';
import { type TableRef, tablePrefix } from '../../lib/core/insight.ts';
import type { TypeTree } from '../../lib/core/nested-type.ts';
import { type Column, columnTree, type ScalarType } from '../../lib/core/schema.ts';
import { objectKey } from '../../lib/delta/partitions.ts';
import type { Snapshot } from '../../lib/delta/snapshot.ts';
import type { Effects } from '../../lib/lake/effects.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import { COMPACTION } from '../../lib/maintain/compact.ts';
import { type Maintenance, maintainTables } from '../../lib/maintain/maintain-tables.ts';
import type { Value } from '../../lib/ports.ts';
import { LocalFiles, tableRelation } from '../../lib/refresh/inputs.ts';
import { identifier, literal } from '../../lib/sql/quoting.ts';
import { syncPrune } from '../support/shop-lake.ts';
import { makeTemp, removeTemp } from '../support/temp.ts';
import { type Cells, sortedRows, type TableReading } from './delta-reader.ts';

/** What a reader of one version must see; the rows sorted. */
export type ExpectedTable = Pick<TableReading, 'version' | 'columns' | 'partitionColumns' | 'fileUris'> & {
  readonly prefix: string;
  readonly rows: readonly string[];
};

export class InteropLake {
  readonly folder: string;
  private constructor(folder: string) {
    this.folder = folder;
  }

  /** `packages`: folders with a datapackage.json each; their samples fill landing. */
  static async create(packages: readonly string[]): Promise<InteropLake> {
    const lake = new InteropLake(makeTemp());
    await mkdir(lake.landing);
    for (const folder of packages) {
      await cp(folder, join(lake.schemas, basename(folder)), { recursive: true });
      if ((await readdir(folder)).includes('samples'))
        await cp(join(folder, 'samples'), lake.landing, { recursive: true });
    }
    return lake;
  }

  get schemas(): string {
    return join(this.folder, 'schemas');
  }

  get landing(): string {
    return join(this.folder, 'landing');
  }

  get root(): string {
    return join(this.folder, 'lake');
  }

  async put(key: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.landing, key)), { recursive: true });
    await writeFile(join(this.landing, key), text);
  }

  async delete(key: string): Promise<void> {
    await rm(join(this.landing, key));
  }

  /** As "sluice sync --prune" does, in a process of its own: nothing is cached from before. */
  async sync(): Promise<void> {
    const problems: string[] = [];
    await this.#open(async (effects, queues) => syncPrune({ effects, queues, dead: [] }), problems);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }

  /** As if everything that lies in the lake had been written that many days ago. */
  async age(days: number): Promise<void> {
    const at = new Date(Date.now() - days * 24 * 3600 * 1000);
    for (const path of await filesBelow(this.root)) await utimes(join(this.root, path), at, at);
  }

  /** As "sluice maintain" does, with fewer small files. */
  async maintain(retentionMs: number): Promise<Maintenance> {
    let done: Maintenance | undefined;
    await this.#open(async (effects) => {
      done = await maintainTables(effects, { retentionMs, compaction: { ...COMPACTION, leastFiles: 2 } });
    }, []);
    if (done === undefined) throw new Error('the lake was not opened');
    return done;
  }

  /** Every table, arrivals table and insight; at its newest version, or at the one that `versions` says. */
  async read(versions: ReadonlyMap<string, number> = new Map(), root = this.root): Promise<ExpectedTable[]> {
    const tables: ExpectedTable[] = [];
    const read = async (effects: Effects) => {
      for (const table of allTables(effects))
        tables.push(await readTable(effects, table, versions.get(tablePrefix(table)), root));
    };
    await this.#open(read, [], root);
    return tables;
  }

  /** A copy of the lake whose log entries up to `version` are gone, so that readers need its checkpoint. */
  async copyWithoutEntries(version: number): Promise<string> {
    const copy = join(this.folder, 'copy');
    await cp(this.root, copy, { recursive: true });
    for (const path of await filesBelow(copy)) {
      const entry = /_delta_log\/(\d{20})\.json$/.exec(path)?.[1];
      if (entry !== undefined && Number(entry) <= version) await rm(join(copy, path));
    }
    return copy;
  }

  close(): Promise<void> {
    return removeTemp(this.folder);
  }

  async #open(
    work: (effects: Effects, queues: Parameters<typeof syncPrune>[0]['queues']) => Promise<void>,
    problems: string[],
    root = this.root,
  ): Promise<void> {
    const locations = { landing: this.landing, lake: root, schemas: this.schemas };
    const lake = await openLake(locations, (level, event, fields) => {
      // A file that is replaced by a shorter one is accepted, and told.
      const isRemark = event === 'ingest.shrunk';
      if (!isRemark && (level === 'warn' || level === 'error'))
        problems.push(`${event} ${JSON.stringify(fields)}`);
    });
    try {
      await work(lake.effects, lake.queues);
      problems.push(...lake.deadLetters.buried.map((letter) => letter.error));
    } finally {
      await lake.close();
    }
  }
}

function allTables({ catalog }: Effects): TableRef[] {
  return [...catalog.datasets.map(landingTable), ...catalog.derivations.map(({ target }) => target)];
}

async function readTable(
  effects: Effects,
  table: TableRef,
  version: number | undefined,
  root: string,
): Promise<ExpectedTable> {
  const prefix = tablePrefix(table);
  const snapshot =
    version === undefined ? await effects.tables.latest(prefix) : await effects.tables.at(prefix, version);
  if (snapshot === undefined) throw new Error(`there is no table ${prefix}`);
  return {
    prefix,
    version: snapshot.version,
    columns: effects.catalog.columnsOf(table).map(({ name, type }) => ({ name, type })),
    partitionColumns: effects.catalog.partitionColumnsOf(table),
    fileUris: [...snapshot.files.values()].map((add) => join(root, objectKey(prefix, add.path))).sort(),
    rows: sortedRows(await canonicalRows(effects, table, snapshot)),
  };
}

async function canonicalRows(effects: Effects, table: TableRef, snapshot: Snapshot): Promise<Cells[]> {
  const columns = effects.catalog.columnsOf(table);
  const local = new LocalFiles(effects.lake);
  const relation = await tableRelation(effects.catalog, local, table, snapshot, [...snapshot.files.values()]);
  const select = columns.map((column, i) => `${canonicalSql(column)} AS c${i}`).join(', ');
  try {
    const rows = await effects.sql.session((session) => session.rows(`SELECT ${select} FROM (${relation})`));
    return rows.map((row) =>
      columns.map(({ type }, i) => canonicalText(columnTree(type), row[`c${i}`] ?? null)),
    );
  } finally {
    await local.release();
  }
}

function canonicalSql({ name, type }: Column): string {
  return partSql(columnTree(type), identifier(name), 0);
}

/** Texts, in lists and structs too; doubles as they are. */
function partSql(tree: TypeTree<ScalarType>, value: string, depth: number): string {
  if ('element' in tree)
    return `list_transform(${value}, lambda e${depth}: ${partSql(tree.element, `e${depth}`, depth + 1)})`;
  if ('fields' in tree) {
    const fields = tree.fields.map(
      ({ name, type }) =>
        `${literal(name)}: ${partSql(type, `struct_extract(${value}, ${literal(name)})`, depth)}`,
    );
    return `CASE WHEN ${value} IS NOT NULL THEN {${fields.join(', ')}} END`;
  }
  if (tree.leaf === 'double') return value;
  return tree.leaf === 'timestamp' ? `CAST(epoch_us(${value}) AS VARCHAR)` : `CAST(${value} AS VARCHAR)`;
}

/** Fields in the order of the type. */
function canonicalText(tree: TypeTree<ScalarType>, value: Value): string | null {
  if ('leaf' in tree || value === null) return doubleText(value);
  const json = (part: TypeTree<ScalarType>, of: Value) =>
    'leaf' in part ? JSON.stringify(doubleText(of)) : (canonicalText(part, of) ?? 'null');
  if ('element' in tree) return `[${(value as readonly Value[]).map((one) => json(tree.element, one))}]`;
  const struct = value as Readonly<Record<string, Value>>;
  const fields = tree.fields.map(
    ({ name, type }) => `${JSON.stringify(name)}:${json(type, struct[name] ?? null)}`,
  );
  return `{${fields}}`;
}

function doubleText(value: Value): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value !== 'number') throw new Error(`${JSON.stringify(value)} has no canonical text`);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

/** Every file below `folder`, as paths relative to it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
