// The page while things go wrong: writers that die, two writers at once, a table that moves on while it is written. Whoever opens it finds
// every document that its index names, and what was written in a bad moment is not kept for later.
import { beforeEach, describe, expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import type { InsightDocument, ReceiptsDocument, RowsDocument } from '../../lib/page/insight-documents.ts';
import { writePage } from '../../lib/page/write-page.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { interruptedStore, type Life, mortalStore } from '../support/mortal-store.ts';
import { openPageLake, type PageLake } from '../support/page-lake.ts';
import { type PageTree, pageTree, shown } from '../support/page-tree.ts';
import { salesByDay } from '../support/sales-by-day.ts';
import { newStore, openProcess } from '../support/shop-lake.ts';
import { copyOf } from '../support/store-copy.ts';
import { strideOf } from '../support/tries.ts';

const CONTRACT = {
  name: 'shop',
  resources: [salesByDay([{ name: 'till' }, { name: 'amount', type: 'integer' }])],
};
/** Three levels, so that an input of an input moves on, too. */
const INSIGHTS = {
  takings: `/* ---\nover: sales\npartitionBy: [day]\naudits:\n  - {column: amount, maximum: 90}\n  - {column: amount, minimum: 2, severity: warn}\n--- */
SELECT day, till, CAST(sum(amount) AS BIGINT) AS amount FROM sales GROUP BY day, till`,
  days: `/* ---\nover: takings\npartitionBy: [day]\n--- */\nSELECT day, max(amount) AS amount FROM takings GROUP BY day`,
  total: `/* ---\ndescription: All days.\n--- */\nSELECT CAST(sum(amount) AS BIGINT) AS amount FROM days`,
};
const HEADER = 'till,amount';
const KEYS = ['sales/day=2024-01-01/a.csv', 'sales/day=2024-01-02/a.csv', 'sales/day=2024-01-03/a.csv'];
const HOUR_MS = 3_600_000;

let shop: PageLake;

beforeEach(async () => {
  shop = await openPageLake(CONTRACT, INSIGHTS);
  for (const key of KEYS) await shop.put(key, HEADER, 'north,5');
  await shop.sync();
  return () => shop.world.close();
});

const cold = (lake: ObjectStore = shop.store) => openProcess(shop.world, shop.clock, shop.landing, lake);

function writeTo(site: ObjectStore, lake: ObjectStore = shop.store): Promise<unknown> {
  return writePage(cold(lake).effects, site, '', { assets: new Map(), options: '' });
}

async function fresh(): Promise<object> {
  const site = newStore(shop.world, shop.clock, 'fresh');
  await writeTo(site);
  return shown(await pageTree(site));
}

/** A day's file is replaced, with a row that is refused, and another day fails its audit or is published with a warning. */
async function moveOn(amount: string): Promise<void> {
  await shop.put(KEYS[0] ?? '', HEADER, `north,${amount}`, 'south,x');
  await shop.put(KEYS[1] ?? '', HEADER, `north,${Number(amount) % 2 === 0 ? 95 : 1}`);
  await shop.sync();
}

async function hasIndex(site: MemoryStore): Promise<boolean> {
  return (await site.read('data/index.js')) !== undefined;
}

describe('a writer that dies', () => {
  test('the first time, leaves nothing or a page that is whole; the next one ends it', async () => {
    const wanted = await fresh();
    for (let effects = 1, life: Life | undefined; life === undefined || life.dead; effects++) {
      const site = newStore(shop.world, shop.clock, 'site');
      life = { effectsLeft: effects, dead: false };
      await writeTo(mortalStore(site, life)).catch(() => undefined);
      if (await hasIndex(site)) expect(shown(await pageTree(site))).toEqual(wanted);
      await writeTo(site);
      expect(shown(await pageTree(site)), `after effect ${effects}`).toEqual(wanted);
    }
  });

  test('over an older page, leaves that one or the new one, and what the old one named for an hour', async () => {
    await writeTo(shop.site);
    const old = await pageTree(shop.site);
    shop.clock.pass(72 * HOUR_MS);
    await moveOn('7');
    const wanted = await fresh();
    let crashes = 0;
    for (let effects = 1, life: Life | undefined; life === undefined || life.dead; effects++) {
      const site = await copyOf(shop.world, shop.clock, shop.site);
      life = { effectsLeft: effects, dead: false };
      await writeTo(mortalStore(site, life)).catch(() => undefined);
      if (life.dead) crashes += 1;
      const left = shown(await pageTree(site));
      if (JSON.stringify(left) !== JSON.stringify(shown(old))) expect(left).toEqual(wanted);
      for (const name of old.documents.keys()) expect(await site.read(`data/${name}`), name).toBeDefined();
      await writeTo(site);
      expect(shown(await pageTree(site)), `after effect ${effects}`).toEqual(wanted);
    }
    expect(crashes).toBeGreaterThan(10);
  });
});

describe('documents that no index names any more', () => {
  test('stay for an hour from then on, however old they are, and go afterwards', async () => {
    await writeTo(shop.site);
    const old = await pageTree(shop.site);
    shop.clock.pass(72 * HOUR_MS);
    await moveOn('7');
    await writeTo(shop.site);
    const names = [...old.documents.keys()];
    const there = async () => {
      const found = await Promise.all(names.map((name) => shop.site.read(`data/${name}`)));
      return found.filter((bytes) => bytes !== undefined).length;
    };
    expect(await there()).toBe(names.length);
    shop.clock.pass(HOUR_MS / 2);
    await writeTo(shop.site);
    expect(await there()).toBe(names.length);
    shop.clock.pass(HOUR_MS);
    await writeTo(shop.site);
    const now = await pageTree(shop.site);
    expect(await there()).toBe(names.filter((name) => now.documents.has(name)).length);
    expect(await there()).toBeLessThan(names.length);
    expect(shop.site.keys().filter((key) => key.endsWith('.js'))).toHaveLength(now.documents.size + 1);
  });

  test('that are named again are there, whoever removes them at that moment', async () => {
    await writeTo(shop.site);
    const older = await copyOf(shop.world, shop.clock, shop.store);
    await moveOn('7');
    await writeTo(shop.site);
    shop.clock.pass(2 * HOUR_MS);
    await shop.put(KEYS[2] ?? '', HEADER, 'north,8');
    await shop.sync();
    // The first state comes back, as by a restored backup, while a writer is about to remove its documents.
    const { store, done } = interruptedStore(shop.site, 1, () => writeTo(shop.site, older));
    await writeTo(store);
    expect(done()).toBe(true);
    await pageTree(shop.site);
    await writeTo(shop.site, older);
    await pageTree(shop.site);
  });
});

test('of two writers at once, neither takes what the other names', async () => {
  await writeTo(shop.site);
  const states: PageTree[] = [];
  for (let effects = 1, isDone = true; isDone; effects += strideOf(5)) {
    shop.clock.pass(72 * HOUR_MS);
    await moveOn(String(effects * 2));
    const { store, done } = interruptedStore(shop.site, effects, async () => {
      await moveOn(String(effects * 2 + 1));
      await writeTo(shop.site);
      states.push(await pageTree(shop.site));
    });
    await writeTo(store);
    isDone = done();
    // The one that began first ends last: its page is whole, and the next writing shows what is there.
    await pageTree(shop.site);
    await writeTo(shop.site);
    expect(shown(await pageTree(shop.site)), `interrupted at effect ${effects}`).toEqual(await fresh());
  }
  expect(states.length).toBeGreaterThan(3);
});

/** Shares of all questions that a writing asks the lake. */
const MOMENTS = Array.from({ length: 30 / strideOf(6) }, (_, i) => (i + 0.5) / (30 / strideOf(6)));

/** `first` happens before each question. */
function askedStore(store: ObjectStore, first: () => Promise<void>): ObjectStore {
  return {
    location: store.location,
    head: async (key) => {
      await first();
      return store.head(key);
    },
    async *list(prefix, after) {
      await first();
      yield* store.list(prefix, after);
    },
    read: async (key) => {
      await first();
      return store.read(key);
    },
    download: async (key, etag) => {
      await first();
      return store.download(key, etag);
    },
    downloadRanges: async (...asked) => {
      await first();
      return store.downloadRanges(...asked);
    },
    async *readRange(...asked) {
      await first();
      yield* store.readRange(...asked);
    },
    write: (key, bytes) => store.write(key, bytes),
    create: (key, bytes) => store.create(key, bytes),
    upload: (path, key) => store.upload(path, key),
    remove: (keys) => store.remove(keys),
  };
}

/** Rows, receipts and the list of what failed are of one version of each table. */
function expectOneVersion({ index, documents }: PageTree): void {
  for (const { document, rows, version, partitions } of index.insights) {
    if (document === null) continue;
    const insight = documents.get(document) as InsightDocument;
    const shownRows = insight.parts.flatMap((part) => (documents.get(part.rows) as RowsDocument).rows);
    const receipts = insight.parts.flatMap(
      (part) => (documents.get(part.receipts) as ReceiptsDocument).receipts,
    );
    expect(insight.versions[0]).toMatchObject({ version, rows });
    expect(shownRows).toHaveLength(rows);
    expect(receipts).toHaveLength(partitions);
    expect(receipts.reduce((sum, receipt) => sum + receipt.rows, 0)).toBe(rows);
    expect(receipts.flatMap(({ lost }) => lost)).toEqual([]);
    const days = new Set(receipts.map(({ sources }) => sources.length));
    expect([...days].every((sources) => sources > 0)).toBe(true);
  }
}

test('beside a sync each table is told at one version, and nothing of that moment is kept', async () => {
  for (const moment of MOMENTS) {
    let questions = 0;
    const site = () => newStore(shop.world, shop.clock, 'site');
    const counted = askedStore(shop.store, async () => {
      questions += 1;
    });
    await writeTo(site(), counted);
    const [when, moving] = [Math.ceil(questions * moment), site()];
    let asked = 0;
    await writeTo(
      moving,
      askedStore(shop.store, async () => {
        asked += 1;
        if (asked === when) await moveOn(String(when % 90));
      }),
    );
    expectOneVersion(await pageTree(moving));
    await writeTo(moving);
    expect(shown(await pageTree(moving)), `a sync at question ${when} of ${questions}`).toEqual(
      await fresh(),
    );
  }
});
