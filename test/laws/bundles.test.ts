// Small files that are converted together become what they would become one by one: the same rows of each source, in its order, the
// same reports, refusals and outcomes, and the same words of the log about each source.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tablePrefix } from '../../lib/core/insight.ts';
import { MOVED, VERSION } from '../../lib/delta/arrival.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import type { Report } from '../../lib/ingest/report.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { lakeStatus } from '../../lib/inspect/lake-status.ts';
import { wholeFiles } from '../../lib/lake/live-shares.ts';
import { isMerged, sharesBySource } from '../../lib/lake/shares.ts';
import { CONTENT } from '../../lib/lake/tags.ts';
import { LocalFiles, tableRelation } from '../../lib/refresh/inputs.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { type Landed, openItems, smallFileHistory, tinyBundles } from '../support/random-small-files.ts';
import {
  newStore,
  ONE_BY_ONE,
  openProcess,
  put,
  rowsOf,
  TestClock,
  type TestLake,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld(openItems);
const TABLES = ['items', 'firsts'] as const;

test('files that are converted together become what they become one by one', async () => {
  let merged = 0;
  await fc.assert(
    fc.asyncProperty(smallFileHistory, tinyBundles, async (history, bundling) => {
      const clock = new TestClock();
      const landing = newStore(world, clock, 'landing');
      const together = openProcess(world, clock, landing, newStore(world, clock, 'together'), bundling);
      const apart = openProcess(world, clock, landing, newStore(world, clock, 'apart'), ONE_BY_ONE);
      for (const lake of [together, apart]) await apply(lake.effects);
      for (const landed of history) {
        for (const [key, text] of landed) {
          clock.tick();
          if (text === undefined) await landing.remove([key]);
          else await put(landing, key, text);
        }
        expect(await outcomesOf(together, landed)).toEqual(await outcomesOf(apart, landed));
        expect(await lookOf(together)).toEqual(await lookOf(apart));
        merged += await mergedIn(together);
        expect(await mergedIn(apart)).toBe(0);
      }
    }),
    tries(12),
  );
  expect(merged).toBeGreaterThan(8);
});

async function mergedIn({ effects }: TestLake): Promise<number> {
  let merged = 0;
  for (const name of TABLES)
    for (const file of (await effects.tables.latest(`tables/${name}`))?.files.values() ?? [])
      if (isMerged(file)) merged += 1;
  return merged;
}

async function outcomesOf({ effects }: TestLake, landed: Landed): Promise<unknown> {
  const requests = landed.map(([source]) => ({ source }));
  const { outcomes, failures } = await ingest(effects, requests);
  expect(failures).toEqual([]);
  return outcomes
    .map(({ report, partitions, ...outcome }) => ({
      ...outcome,
      report: report && findingsOf(report),
      partitions: partitions.map((values) => JSON.stringify(values)).sort(),
    }))
    .sort((a, b) => (a.source < b.source ? -1 : 1));
}

const OF_ATTEMPTS = ['ms', 'timings', 'digest'];

/** What two attempts have in common. */
function findingsOf(report: Report): object {
  return Object.fromEntries(Object.entries(report).filter(([name]) => !OF_ATTEMPTS.includes(name)));
}

async function lookOf(lake: TestLake): Promise<unknown> {
  const { effects } = lake;
  const reports: Record<string, unknown> = {};
  for await (const { key } of effects.lake.list('files/')) {
    const bytes = await effects.lake.read(key);
    reports[key] = findingsOf(JSON.parse(new TextDecoder().decode(bytes)) as Report);
  }
  const quarantined: string[] = [];
  for await (const { key } of effects.lake.list('quarantine/')) quarantined.push(key);
  await refresh(effects, { kind: 'insights', name: 'by_day' });
  const { datasets, problems } = await certifyLake(effects);
  expect(problems).toEqual([]);
  return {
    ...{ reports, quarantined },
    certified: datasets.map((dataset) => ({
      ...dataset,
      sources: [...dataset.sources].sort((a, b) => (a.source < b.source ? -1 : 1)),
    })),
    status: JSON.stringify((await lakeStatus(effects)).datasets, (name, value) =>
      OF_ATTEMPTS.includes(name) ? undefined : value,
    ),
    tables: await Promise.all(TABLES.map((name) => tableOf(lake, name))),
    byDay: await rowsOf(lake, { kind: 'insights', name: 'by_day' }),
  };
}

/** With the place of each row in its source, and what the log says of each source. */
async function tableOf({ effects }: TestLake, name: string): Promise<unknown> {
  const table = { kind: 'tables', name } as const;
  const snapshot = await effects.tables.latest(`tables/${name}`);
  if (snapshot === undefined) throw new Error(`the lake lacks a table ${name}`);
  const files = await wholeFiles(effects.tables, tablePrefix(table), snapshot.files.values());
  const keys = effects.catalog.datasets.find((dataset) => dataset.name === name)?.primaryKey ?? [];
  const local = new LocalFiles(effects.lake);
  const relation = await tableRelation(effects.catalog, local, table, snapshot, files, true);
  const rows = await effects.sql.session((session) =>
    session.rows(
      `SELECT * REPLACE (row_number() OVER (PARTITION BY _sluice_source, kind ORDER BY _sluice_row) AS _sluice_row) FROM (${relation}) ORDER BY ALL`,
    ),
  );
  const sources = [...sharesBySource(files)].map(([source, shares]) => {
    const said = shares.map(({ partitionValues, stats = '{}', tags = {} }) => {
      const { [CONTENT]: _, [MOVED]: __, [VERSION]: ___, ...own } = tags;
      const { numRecords, minValues = {}, maxValues = {} } = JSON.parse(stats);
      const bounds = keys.map((column) => [minValues[column], maxValues[column]]);
      return JSON.stringify([partitionValues, numRecords, bounds, Object.entries(own).sort()]);
    });
    return [source, said.sort()];
  });
  return { rows, sources: sources.sort() };
}
