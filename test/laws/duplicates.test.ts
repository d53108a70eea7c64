// Law 2 (convergence) where a contract refuses duplicates: which of several files with one text counts follows from the files that
// are there, whatever was read first, whatever came and went meanwhile, and wherever a process died.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { apply } from '../../lib/evolve/apply.ts';
import { rebuild } from '../../lib/evolve/rebuild.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import { readReport } from '../../lib/ingest/report.ts';
import { stage } from '../../lib/ingest/stage.ts';
import { deliver } from '../../lib/local/deliver.ts';
import type { ObjectStore, ObjectVersion } from '../../lib/ports.ts';
import { mortalStore, pausingStore } from '../support/mortal-store.ts';
import {
  newStore,
  openProcess,
  openWorld,
  put,
  rowsOf,
  syncPrune,
  TestClock,
  type TestLake,
  visible,
  type World,
} from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';

let world: World;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-duplicates-'));
  await mkdir(join(folder, 'shop/insights'), { recursive: true });
  const fields = [
    { name: 'day', type: 'date' },
    { name: 'id', type: 'integer' },
  ];
  const sales = {
    name: 'sales',
    path: 'sales/**/*.csv',
    partitionBy: ['day'],
    duplicates: 'reject',
    maxRejectedRatio: 1,
    schema: { fields },
  };
  await writeFile(
    join(folder, 'shop/datapackage.json'),
    JSON.stringify({ name: 'shop', resources: [sales] }),
  );
  const sql =
    '/* ---\ndescription: Rows by day.\nover: sales\npartitionBy: [day]\n--- */\nSELECT day, count(*) AS rows FROM sales GROUP BY day';
  await writeFile(join(folder, 'shop/insights/daily.sql'), sql);
  world = await openWorld(folder);
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const SALES = { kind: 'tables', name: 'sales' } as const;
/** Two folders, so that the same text need not be the same rows. */
const KEYS = [
  'sales/b.csv',
  'sales/a.csv',
  'sales/day=2024-01-01/d.csv',
  'sales/day=2024-01-01/c.csv',
  'sales/é.csv',
];
/** A few texts that come again and again; one is empty, one has two days, one has a row that is refused. */
const TEXTS = [
  'day,id\n2024-01-01,1\n',
  'day,id\n2024-01-01,1\n2024-01-02,2\n',
  'day,id\n2024-01-01,1\n2024-01-01,x\n',
  'day,id\n',
];

const [ONE = '', TWO = ''] = TEXTS;

type Step =
  | { readonly kind: 'put'; readonly key: string; readonly text: string; readonly tick: boolean }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'events'; readonly keys: readonly string[] }
  | { readonly kind: 'sync' };
const key = fc.constantFrom(...KEYS);
const history: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        key,
        text: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(ONE) },
          { weight: 2, arbitrary: fc.constantFrom(...TEXTS) },
        ),
        tick: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('events' as const),
        keys: fc.uniqueArray(key, { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'sync' as const }) },
  ),
  { minLength: 8, maxLength: 24, size: 'max' },
);

async function play(step: Step, lake: TestLake, clock: TestClock): Promise<void> {
  const { landing } = lake.effects;
  if (step.kind === 'put') {
    if (step.tick) clock.tick();
    await put(landing, step.key, step.text);
  } else if (step.kind === 'delete') await landing.remove([step.key]);
  else if (step.kind === 'sync') await syncPrune(lake);
  else {
    const { failures } = await ingest(
      lake.effects,
      step.keys.map((source) => ({ source })),
    );
    expect(failures).toEqual([]);
  }
}

type Landed = { readonly key: string; readonly text: string; readonly at: number };
async function landed(landing: ObjectStore): Promise<Landed[]> {
  const found: Landed[] = [];
  for await (const { key, lastModifiedMs: at } of landing.list(''))
    found.push({ key, at, text: new TextDecoder().decode(await landing.read(key)) });
  return found;
}

/** The rule, once more: of equal texts in one place the first by time, then by name. */
function expected(files: readonly Landed[]): { rows: string[]; refused: string[] } {
  const rows: string[] = [];
  const refused: string[] = [];
  const seen = new Set<string>();
  const inOrder = [...files].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  for (const { key, text } of inOrder) {
    const isPlaced = key.includes('day=');
    const good = text
      .split('\n')
      .slice(1)
      .filter((line) => /^2024-01-0\d,\d$/.test(line) && !(isPlaced && !line.startsWith('2024-01-01')));
    if (good.length === 0) continue;
    const id = `${isPlaced} ${text}`;
    if (seen.has(id)) refused.push(key);
    else rows.push(...good);
    seen.add(id);
  }
  return { rows: rows.sort(), refused: refused.sort() };
}

async function found({ effects }: TestLake): Promise<{ rows: string[]; refused: string[] }> {
  const refused: string[] = [];
  const [dataset] = effects.catalog.datasets;
  for await (const version of effects.landing.list('')) {
    const report = dataset && (await readReport(effects.lake, dataset, version));
    if (report?.outcome === 'rejected') refused.push(version.key);
  }
  const rows = await rowsOf({ effects } as TestLake, SALES, "day || ',' || id AS line");
  return { rows: rows.map(({ line }) => String(line)).sort(), refused: refused.sort() };
}

/** As S3 has it: the same bytes sent again have the etag that they had, and a new LastModified. */
function withContentEtags(store: MemoryStore): ObjectStore {
  const marked = async (version: ObjectVersion): Promise<ObjectVersion> => {
    const bytes = await store.read(version.key);
    const etag = createHash('sha256')
      .update(bytes ?? '')
      .digest('hex')
      .slice(0, 16);
    return { ...version, etag };
  };
  const head = async (key: string) => {
    const version = await store.head(key);
    return version && marked(version);
  };
  return {
    location: store.location,
    head,
    async *list(prefix, after) {
      for await (const version of store.list(prefix, after)) yield marked(version);
    },
    read: (key) => store.read(key),
    write: (key, bytes) => store.write(key, bytes),
    create: (key, bytes) => store.create(key, bytes),
    upload: (path, key) => store.upload(path, key),
    remove: (keys) => store.remove(keys),
    async download(key, etag) {
      const version = await head(key);
      return etag === undefined || version?.etag === etag ? store.download(key) : undefined;
    },
  };
}

test('any history of copies ends as one run over the final landing, and as the rule says', async () => {
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(history, fc.boolean(), async (steps, isS3) => {
      const clock = new TestClock();
      const stored = newStore(world, clock, 'landing');
      const landing = isS3 ? withContentEtags(stored) : stored;
      const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
      await apply(lake.effects);
      for (const step of steps) await play(step, lake, clock);
      await syncPrune(lake);
      expect(lake.dead).toEqual([]);
      const wanted = expected(await landed(landing));
      refusals += wanted.refused.length;
      expect(await found(lake)).toEqual(wanted);
      const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
      await syncPrune(clean);
      const state = await visible(lake);
      expect(state).toEqual(await visible(clean));
      await syncPrune(lake);
      expect(await visible(lake)).toEqual(state);
    }),
    tries(40),
  );
  expect(refusals).toBeGreaterThan(20);
});

/** a.csv counts, b.csv stands refused; then a.csv goes, and c.csv comes as a copy of what b.csv is. */
async function startingPoint(clock: TestClock): Promise<{ landing: MemoryStore; before: MemoryStore }> {
  const landing = newStore(world, clock, 'landing');
  const before = newStore(world, clock, 'before');
  const lake = openProcess(world, clock, landing, before);
  await put(landing, 'sales/a.csv', ONE);
  await put(landing, 'sales/old.csv', TWO);
  clock.tick();
  await put(landing, 'sales/b.csv', ONE);
  await syncPrune(lake);
  expect(await found(lake)).toMatchObject({ refused: ['sales/b.csv'] });
  await landing.remove(['sales/a.csv']);
  clock.tick();
  await put(landing, 'sales/c.csv', ONE);
  await put(landing, 'sales/old.csv', ONE);
  return { landing, before };
}

async function copyOf(clock: TestClock, store: ObjectStore): Promise<MemoryStore> {
  const copy = newStore(world, clock, 'copy');
  for await (const { key } of store.list(''))
    await copy.write(key, (await store.read(key)) ?? new Uint8Array());
  return copy;
}

async function runEvents(lake: TestLake): Promise<void> {
  await lake.queues.files.send(['sales/c.csv', 'sales/a.csv', 'sales/old.csv'].map((source) => ({ source })));
  await deliver(lake.effects, lake.queues);
}

test.each([
  ['events', runEvents],
  ['a sync', syncPrune],
] as const)('a crash after any effect of %s, and then a sync', async (_, run) => {
  const clock = new TestClock();
  const { landing, before } = await startingPoint(clock);
  const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
  await syncPrune(clean);
  const state = await visible(clean);
  expect(await found(clean)).toEqual({ rows: ['2024-01-01,1'], refused: ['sales/c.csv', 'sales/old.csv'] });
  let crashes = 0;
  for (let n = 1; ; n++) {
    const store = await copyOf(clock, before);
    const life = { effectsLeft: n, dead: false };
    await run(openProcess(world, clock, landing, mortalStore(store, life))).catch(() => undefined);
    const next = openProcess(world, clock, landing, store);
    await syncPrune(next);
    expect(next.dead, `after a crash at effect ${n}`).toEqual([]);
    expect(await visible(next), `after a crash at effect ${n}`).toEqual(state);
    expect(await found(next), `after a crash at effect ${n}`).toEqual(await found(clean));
    if (!life.dead) break;
    crashes += 1;
  }
  expect(crashes).toBeGreaterThan(5);
});

test('a file that comes back to the text for which it was refused gives up the rows that it had in between', async () => {
  const clock = new TestClock();
  const landing = withContentEtags(newStore(world, clock, 'landing'));
  const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  await put(landing, 'sales/a.csv', ONE);
  for (const [text, rows] of [
    [ONE, 1],
    [TWO, 3],
    [ONE, 1],
  ] as const) {
    clock.tick();
    await put(landing, 'sales/b.csv', text);
    await syncPrune(lake);
    expect((await found(lake)).rows).toHaveLength(rows);
  }
});

test('a duplicate that came in by another way than an ingest is put out by the next sync', async () => {
  const clock = new TestClock();
  const landing = newStore(world, clock, 'landing');
  const lake = openProcess(world, clock, landing, newStore(world, clock, 'lake'));
  const { effects } = lake;
  const [dataset] = world.catalog.datasets;
  if (dataset === undefined) throw new Error('no dataset');
  for (const key of ['sales/a.csv', 'sales/b.csv']) await put(landing, key, ONE);
  await syncPrune(lake);
  const state = await visible(lake);
  await effects.lake.remove(await keysBelow(effects.lake, 'files/'));
  const { adds } = await stage(effects, dataset, 'tables/sales', 'sales/b.csv', new Map());
  await effects.tables.commit('tables/sales', async () => ({
    actions: adds.map((add) => ({ add })),
    operation: 'RESTORE',
  }));
  expect((await found(lake)).rows).toHaveLength(2);
  await syncPrune(lake);
  expect(await visible(lake)).toEqual(state);
  expect(await found(lake)).toEqual({ rows: ['2024-01-01,1'], refused: ['sales/b.csv'] });
});

async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

test('two workers with a copy each: the second to commit sees the first, whichever counts', async () => {
  for (const [slowKey, quickKey] of [
    ['sales/a.csv', 'sales/b.csv'],
    ['sales/b.csv', 'sales/a.csv'],
  ] as const) {
    const clock = new TestClock();
    const [landing, store] = [newStore(world, clock, 'landing'), newStore(world, clock, 'lake')];
    const quick = openProcess(world, clock, landing, store);
    await apply(quick.effects);
    const pausing = pausingStore(store, /^tables\/sales\/_delta_log\//);
    const slow = openProcess(world, clock, landing, pausing.store);
    for (const key of [slowKey, quickKey]) await put(landing, key, ONE);
    const first = ingest(slow.effects, [{ source: slowKey }]);
    await pausing.reached;
    await ingest(quick.effects, [{ source: quickKey }]);
    pausing.go();
    const { outcomes, failures } = await first;
    expect(failures).toEqual([]);
    expect(outcomes.find(({ source }) => source === 'sales/b.csv')?.result).toBe('rejected');
    expect(await found(quick)).toEqual({ rows: ['2024-01-01,1'], refused: ['sales/b.csv'] });
  }
});

test('a rebuild keeps to the same rule', async () => {
  const clock = new TestClock();
  const { landing, before } = await startingPoint(clock);
  const lake = openProcess(world, clock, landing, before);
  const [dataset] = world.catalog.datasets;
  if (dataset === undefined) throw new Error('no dataset');
  const rebuilt = await rebuild(lake.effects, dataset, { dropLost: true });
  expect(rebuilt.reads.map(({ source, outcome }) => `${source} ${outcome}`).sort()).toEqual([
    'sales/b.csv accepted',
    'sales/c.csv rejected',
    'sales/old.csv rejected',
  ]);
  expect(rebuilt.kept).toEqual([]);
  await syncPrune(lake);
  const clean = openProcess(world, clock, landing, newStore(world, clock, 'clean'));
  await syncPrune(clean);
  expect(await visible(lake)).toEqual(await visible(clean));
  expect(await found(lake)).toEqual(await found(clean));
});
