// Small files that were merged: whatever comes, changes, goes, is refused or sent again meanwhile, each source's rows are found where
// the log says, and nothing that people see of a source or a row tells that files were merged. The judge reads the data files
// itself: each row says in its own cells which source, version and line it is from.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Snapshot } from '../../lib/delta/snapshot.ts';
import { recordCount } from '../../lib/delta/stats.ts';
import type { DeltaTables } from '../../lib/delta/tables.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { mayShareKeys } from '../../lib/ingest/key-ranges.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { tableHistory } from '../../lib/inspect/history.ts';
import { TableLogs } from '../../lib/inspect/read-table-log.ts';
import {
  landedShares,
  liveShares,
  sharesLike,
  sharesOfSources,
  wholeFiles,
} from '../../lib/lake/live-shares.ts';
import { isMerged, type LiveShares, type Share } from '../../lib/lake/shares.ts';
import { CONTENT, readOrigin, TEXT } from '../../lib/lake/tags.ts';
import { LocalFiles, tableRelation } from '../../lib/refresh/inputs.ts';
import { refresh } from '../../lib/refresh/refresh.ts';
import { fileLiteral } from '../../lib/sql/quoting.ts';
import { compactAll } from '../support/play-history.ts';
import { expectSameOfParts } from '../support/same-parts.ts';
import {
  ONE_BY_ONE,
  openLake,
  openPackage,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  type World,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';

const TABLE = { kind: 'tables', name: 'items' } as const;
const PREFIX = 'tables/items';

let world: World;
beforeAll(async () => {
  world = await openPackage(
    {
      name: 'items',
      resources: [
        {
          name: 'items',
          path: 'items/day=*/*.csv',
          format: 'csv',
          partitionBy: ['day', { field: 'kind', transform: 'identity' }],
          duplicates: 'warn',
          schema: {
            fields: [
              { name: 'source', type: 'string' },
              { name: 'version', type: 'integer' },
              { name: 'line', type: 'integer' },
              { name: 'kind', type: 'integer' },
              { name: 'day', type: 'date' },
            ],
            primaryKey: ['version', 'line'],
          },
        },
      ],
    },
    {
      by_day:
        '/*---\ndescription: Lines by day.\nover: items\npartitionBy: [day]\nkey: [day]\n---*/\nSELECT day, count(*) AS lines, sum(version) AS versions FROM items GROUP BY day',
      shares:
        '/*---\ndescription: Of each day, the lines that have come since by_day was computed.\nover: by_day\npartitionBy: [day]\nkey: [day]\n---*/\nSELECT b.day, b.lines, count(*) AS found FROM by_day b JOIN items i ON i.day = b.day GROUP BY ALL',
    },
  );
});
afterAll(() => world.close());

/** `bad`: that many of its last lines are refused. */
type Sent = { readonly lines: number; readonly bad: number; readonly kinds: number };
type Step =
  | ({ readonly kind: 'put'; readonly key: string } & Sent)
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'rubbish'; readonly key: string }
  | { readonly kind: 'events'; readonly keys: readonly string[] }
  | { readonly kind: 'compact'; readonly mostSources: number }
  | { readonly kind: 'refresh'; readonly insight: string };

const keys = ['a', 'b', 'c', 'd', 'é f'].flatMap((name) =>
  ['01', '02'].map((day) => `items/day=2024-01-${day}/${name}.csv`),
);
const key = fc.constantFrom(...keys);
const sent = { lines: fc.nat(4), bad: fc.constantFrom(0, 0, 0, 1), kinds: fc.integer({ min: 1, max: 2 }) };
const put_ = fc.record({ kind: fc.constant('put' as const), key, ...sent });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: put_ },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rubbish' as const), key }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('events' as const),
      keys: fc.uniqueArray(key, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('compact' as const), mostSources: fc.constantFrom(2, 5, 1000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('refresh' as const),
      insight: fc.constantFrom('by_day', 'shares'),
    }),
  },
);
const history = fc
  .tuple(
    fc.array(put_, { minLength: 4, maxLength: 8 }),
    fc.array(step, { minLength: 6, maxLength: 24, size: 'max' }),
  )
  .map(([first, rest]): Step[] => [
    ...first,
    { kind: 'events', keys },
    { kind: 'compact', mostSources: 1000 },
    ...rest,
  ]);

/** By source and ETag: the lines that the table must have of that version. */
type Truth = Map<string, { readonly version: number; readonly good: number }>;

function textOf(source: string, version: number, { lines, bad, kinds }: Sent): string {
  const rows = Array.from({ length: lines }, (_, line) => {
    const own = line >= lines - bad ? 'x' : String(version);
    return `${source},${own},${line},${line % kinds}`;
  });
  return ['source,version,line,kind', ...rows].join('\n');
}

async function play(lake: TestLake, clock: TestClock, all: readonly Step[], truth: Truth): Promise<number> {
  const { effects } = lake;
  let merged = 0;
  let version = 0;
  for (const one of all) {
    clock.tick();
    version += 1;
    if (one.kind === 'put') {
      await put(effects.landing, one.key, textOf(one.key, version, one));
      const etag = (await effects.landing.head(one.key))?.etag;
      truth.set(`${one.key} ${etag}`, { version, good: Math.max(0, one.lines - one.bad) });
    } else if (one.kind === 'rubbish') await put(effects.landing, one.key, `other\n${version}`);
    else if (one.kind === 'delete') await effects.landing.remove([one.key]);
    else if (one.kind === 'events')
      expect(
        (
          await ingest(
            effects,
            one.keys.map((source) => ({ source })),
          )
        ).failures,
      ).toEqual([]);
    else if (one.kind === 'refresh') await refresh(effects, { kind: 'insights', name: one.insight });
    else {
      const before = await lookOf(lake);
      merged += await compactAll(lake, one.mostSources);
      expect(await lookOf(lake)).toEqual(before);
    }
    await judge(lake, truth);
  }
  return merged;
}

/** Each share holds the good lines of its version, all of them and no others. */
async function judge({ effects }: TestLake, truth: Truth): Promise<void> {
  const snapshot = await effects.tables.latest(PREFIX);
  const local = new LocalFiles(effects.lake);
  const live = await liveShares(effects.tables, PREFIX, snapshot);
  if (snapshot) await judgeLookUps(effects.tables, snapshot, live);
  for (const [source, shares] of live) {
    const found: string[] = [];
    const etag = readOrigin(shares[0] ?? {})?.etag;
    for (const share of shares) {
      const path = await local.path(PREFIX, share.file);
      const [from, to] = [share.firstRow, share.firstRow + recordCount([share])];
      const { day, kind } = share.partitionValues;
      expect(source).toContain(`day=${day}`);
      const rows = await effects.sql.session((session) =>
        session.rows<{ text: string }>(
          `SELECT concat_ws(' ', source, version, line, line % 1000) AS text FROM read_parquet(${fileLiteral(path)}, hive_partitioning = false)
           WHERE file_row_number >= ${from} AND file_row_number < ${to} ORDER BY file_row_number`,
        ),
      );
      expect(rows.length).toBe(to - from);
      found.push(...rows.map(({ text }) => `${text} in ${kind}`));
    }
    const wanted = truth.get(`${source} ${etag}`);
    expect(found.map((text) => text.split(' in ')[0]).sort()).toEqual(
      Array.from(
        { length: wanted?.good ?? -1 },
        (_, line) => `${source} ${wanted?.version} ${line} ${line}`,
      ).sort(),
    );
  }
}

/** What is asked of few sources is what all of them say of these. */
async function judgeLookUps(tables: DeltaTables, snapshot: Snapshot, live: LiveShares): Promise<void> {
  const textsOf = (shares: readonly Share[]) => shares.flatMap(({ tags }) => [tags?.[TEXT], tags?.[CONTENT]]);
  for (const [source, shares] of live) {
    const own = await sharesOfSources(tables, PREFIX, snapshot, [source, 'no such source']);
    expect([...own]).toEqual([[source, shares]]);
    const texts = textsOf(shares);
    const like = [...live].filter(([, others]) =>
      textsOf(others).some((text) => text && texts.includes(text)),
    );
    expect(await sharesLike(tables, PREFIX, snapshot, [], shares)).toEqual(new Map(like));
  }
}

/** What people see of sources and rows, with the version that brought each. */
async function lookOf({ effects }: TestLake): Promise<unknown> {
  const snapshot = await effects.tables.latest(PREFIX);
  if (snapshot === undefined) return undefined;
  const log = await new TableLogs(effects.tables).find(PREFIX);
  const files = await wholeFiles(effects.tables, PREFIX, snapshot.files.values());
  const relation = await tableRelation(
    effects.catalog,
    new LocalFiles(effects.lake),
    TABLE,
    snapshot,
    files,
    true,
  );
  const rows = await effects.sql.session((session) =>
    session.rows(
      `SELECT * EXCLUDE (_sluice_row), source = _sluice_source AS is_right FROM (${relation}) ORDER BY ALL`,
    ),
  );
  expect(rows.every((row) => row.is_right === true)).toBe(true);
  const lives = [...(log?.sources() ?? [])].map((source) => [
    source,
    log
      ?.ofSource(source)
      .map(({ from, until, share }) => [
        share.partitionValues,
        from,
        until,
        recordCount([share]),
        readOrigin(share)?.etag,
      ]),
  ]);
  const versions = log ? tableHistory(log).filter(({ operation }) => operation !== 'OPTIMIZE') : [];
  const changes = versions.map(({ version, rowsAdded, rowsRemoved, rows, cause }) => [
    version,
    rowsAdded,
    rowsRemoved,
    rows,
    cause,
  ]);
  const [dataset] = effects.catalog.datasets;
  const mayShare = dataset && mayShareKeys(dataset, await landedShares(effects.tables, dataset));
  return { rows, lives: lives.sort(), changes, mayShare };
}

test('whatever happens, each row is its source’s, and merging changes nothing that is seen', async () => {
  let merged = 0;
  await fc.assert(
    fc.asyncProperty(history, fc.constantFrom(ONE_BY_ONE, undefined), async (steps, bundling) => {
      const clock = new TestClock();
      const lake = openLake(world, clock, bundling);
      await apply(lake.effects);
      const truth: Truth = new Map();
      const own = await play(lake, clock, steps, truth);
      merged += own;
      await syncPrune(lake);
      await judge(lake, truth);
      const { problems } = await certifyLake(lake.effects);
      expect(problems).toEqual([]);
      const entries = (await new TableLogs(lake.effects.tables).find(PREFIX))?.entries ?? [];
      const compactions = entries.filter(({ actions }) =>
        actions.some((action) => 'add' in action && isMerged(action.add) && !action.add.dataChange),
      );
      expect(compactions.length > 0 || own === 0).toBe(true);
      const insights = ['by_day', 'shares'].map((name) => ({ kind: 'insights' as const, name }));
      await expectSameOfParts(lake.effects, [TABLE, ...insights]);
    }),
    tries(12),
  );
  expect(merged).toBeGreaterThan(20);
});
