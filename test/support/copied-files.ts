// Files with one text for a contract that refuses duplicates: its package, what a lake then shows, and a landing to begin from.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import { readReport } from '../../lib/ingest/report.ts';
import type { ObjectStore, ObjectVersion } from '../../lib/ports.ts';
import {
  newStore,
  openPackage,
  openProcess,
  put,
  rowsOf,
  syncPrune,
  type TestClock,
  type TestLake,
  type World,
} from './shop-lake.ts';

const CONTRACT = {
  name: 'shop',
  resources: [
    {
      name: 'sales',
      path: 'sales/**/*.csv',
      partitionBy: ['day'],
      duplicates: 'reject',
      maxRejectedRatio: 1,
      schema: {
        fields: [
          { name: 'day', type: 'date' },
          { name: 'id', type: 'integer' },
        ],
      },
    },
  ],
};
const DAILY =
  '/* ---\ndescription: Rows by day.\nover: sales\npartitionBy: [day]\n--- */\nSELECT day, count(*) AS rows FROM sales GROUP BY day';

export const openCopiedFiles = (): Promise<World> => openPackage(CONTRACT, { daily: DAILY });

/** A few texts that come again and again; one is empty, one has two days, one has a row that is refused. */
export const TEXTS = [
  'day,id\n2024-01-01,1\n',
  'day,id\n2024-01-01,1\n2024-01-02,2\n',
  'day,id\n2024-01-01,1\n2024-01-01,x\n',
  'day,id\n',
];
export const [ONE = '', TWO = ''] = TEXTS;

/** The rows of the lake's files, and the files that are refused. */
export async function found({ effects }: TestLake): Promise<{ rows: string[]; refused: string[] }> {
  const refused: string[] = [];
  const [dataset] = effects.catalog.datasets;
  for await (const version of effects.landing.list('')) {
    const report = dataset && (await readReport(effects.lake, dataset, version));
    if (report?.outcome === 'rejected') refused.push(version.key);
  }
  const rows = await rowsOf(
    { effects } as TestLake,
    { kind: 'tables', name: 'sales' },
    "day || ',' || id AS line",
  );
  return { rows: rows.map(({ line }) => String(line)).sort(), refused: refused.sort() };
}

/** As S3 has it: the same bytes sent again have the etag that they had, and a new LastModified. */
export function withContentEtags(store: MemoryStore): ObjectStore {
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
    downloadRanges: (...asked) => store.downloadRanges(...asked),
    readRange: (...asked) => store.readRange(...asked),
    async download(key, etag) {
      const version = await head(key);
      return etag === undefined || version?.etag === etag ? store.download(key) : undefined;
    },
  };
}

/** a.csv counts, b.csv stands refused; then a.csv goes, and c.csv comes as a copy of what b.csv is. */
export async function startingPoint(
  world: World,
  clock: TestClock,
): Promise<{ landing: MemoryStore; before: MemoryStore }> {
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
