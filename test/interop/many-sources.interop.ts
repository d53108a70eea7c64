// A table of 100,000 source files in ten merged data files, as others read it: by its log's entries, which list the sources, and by
// its checkpoint, which does not.
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import type { Add } from '../../lib/delta/actions.ts';
import { objectKey } from '../../lib/delta/partitions.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { type LocalLake, openLake } from '../../lib/local/open-lake.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { addOfSource, MANY_SOURCES, mergedAdd } from '../support/many-sources.ts';
import { makeTemp, removeTemp } from '../support/temp.ts';
import { type Engine, readWith } from './delta-reader.ts';

const [FILES, PER_FILE] = [10, 10_000];
const PREFIX = 'tables/events';
const ENGINES: readonly Engine[] = ['delta-rs', 'DuckDB', 'Spark'];

let folder: string;
let local: LocalLake;

beforeAll(async () => {
  folder = makeTemp();
  const schemas = join(folder, 'schemas');
  await mkdir(join(schemas, 'events'), { recursive: true });
  await mkdir(join(folder, 'landing'));
  await writeFile(join(schemas, 'events', 'datapackage.json'), JSON.stringify(MANY_SOURCES));
  const places = { landing: join(folder, 'landing'), lake: join(folder, 'lake'), schemas };
  local = await openLake(places, () => undefined);
  await apply(local.effects);
  for (let n = 0; n < FILES; n += 1) await addMerged(n);
});
afterAll(async () => {
  await local.close();
  await removeTemp(folder);
});

/** A row of each source. */
async function addMerged(n: number): Promise<void> {
  const { tables, sql, catalog } = local.effects;
  const [dataset] = catalog.datasets as [Dataset];
  const from = n * PER_FILE;
  const add = mergedAdd(
    dataset,
    Array.from({ length: PER_FILE }, (_, i) => addOfSource(dataset, from + i, 1, PER_FILE)),
  );
  const path = join(folder, 'lake', objectKey(PREFIX, add.path));
  await mkdir(dirname(path), { recursive: true });
  await sql.session((session) =>
    session.run(
      `COPY (SELECT id FROM range(${from}, ${from + PER_FILE}) AS t(id) ORDER BY id) TO ${literal(path)} (FORMAT parquet)`,
    ),
  );
  const stats = { numRecords: PER_FILE, minValues: { id: from }, maxValues: { id: from + PER_FILE - 1 } };
  const { size } = await stat(path);
  const whole: Add = { ...add, size, stats: JSON.stringify(stats) };
  await tables.commit(PREFIX, async () => ({ actions: [{ add: whole }], operation: 'OPTIMIZE' }));
}

async function expectRows(wanted: ReadonlySet<string>): Promise<void> {
  for (const engine of ENGINES) {
    const [table] = await readWith(engine, [{ path: join(folder, 'lake', PREFIX), version: null }]);
    const id = table?.columns.findIndex(({ name }) => name === 'id') ?? -1;
    const found = table?.rows.map((row) => row[id]) ?? [];
    expect(found.length, engine).toBe(wanted.size);
    expect(new Set(found), engine).toEqual(wanted);
  }
}

test('100,000 sources are read from the log, and from its checkpoint after one of them changed', async () => {
  const ids = new Set(Array.from({ length: FILES * PER_FILE }, (_, id) => String(id)));
  await expectRows(ids);
  await local.effects.tables.checkpointNewest(PREFIX);
  const key = 'events/day=2020-01-03/file-20007.csv';
  await mkdir(dirname(join(folder, 'landing', key)), { recursive: true });
  await writeFile(join(folder, 'landing', key), 'id\n-1\n');
  const { outcomes, failures } = await ingest(local.effects, [{ source: key }]);
  expect([outcomes.map(({ result }) => result), failures]).toEqual([['accepted'], []]);
  ids.delete('20007');
  ids.add('-1');
  await expectRows(ids);
});
