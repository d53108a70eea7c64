// A lake in memory over which the page is written, and its documents as a browser reads them.
import { expect } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import type { IndexDocument } from '../../lib/page/documents.ts';
import type { InsightDocument, RowsDocument } from '../../lib/page/insight-documents.ts';
import type { Cell, Ref } from '../../lib/page/page-values.ts';
import type { Written } from '../../lib/page/site.ts';
import { type PageOptions, writePage } from '../../lib/page/write-page.ts';
import { documentOf } from './page-site.ts';
import {
  newStore,
  openPackage,
  openProcess,
  type Package,
  put,
  syncPrune,
  TestClock,
  type TestLake,
  type World,
} from './shop-lake.ts';

export type PageLake = {
  readonly world: World;
  readonly clock: TestClock;
  readonly landing: MemoryStore;
  readonly store: MemoryStore;
  readonly site: MemoryStore;
  readonly lake: TestLake;
  put(key: string, ...lines: string[]): Promise<void>;
  /** Syncs, a second later. */
  sync(): Promise<void>;
  write(): Promise<WrittenPage>;
};

export type WrittenPage = Written & {
  readonly index: IndexDocument;
  document<T>(ref: Ref<T> | null | undefined): Promise<T>;
  insight(name: string): Promise<InsightDocument>;
};

export async function openPageLake(
  contract: Package,
  insights: Readonly<Record<string, string>>,
): Promise<PageLake> {
  const world = await openPackage(contract, insights);
  const clock = new TestClock();
  const [landing, store, site] = ['landing', 'lake', 'site'].map((name) => newStore(world, clock, name)) as [
    MemoryStore,
    MemoryStore,
    MemoryStore,
  ];
  const lake = openProcess(world, clock, landing, store);
  return {
    world,
    clock,
    landing,
    store,
    site,
    lake,
    put: (key, ...lines) => put(landing, key, lines.join('\n')),
    sync: async () => {
      clock.tick();
      await syncPrune(lake);
      expect(lake.dead).toEqual([]);
    },
    write: () => writeOver(lake, site),
  };
}

/** `kept`: what whoever writes again keeps. */
export async function writeOver(
  { effects }: TestLake,
  site: MemoryStore,
  kept: Pick<PageOptions, 'logs'> = {},
): Promise<WrittenPage> {
  const written = await writePage(effects, site, '', { assets: new Map(), options: '', ...kept });
  const document = <T>(ref: Ref<T> | null | undefined) => documentOf<T>(site, ref ?? null);
  const index = await document<IndexDocument>('index.js');
  return {
    ...written,
    index,
    document,
    insight: (name) => document(index.insights.find((one) => one.name === name)?.document),
  };
}

/** All rows that the page shows of an insight. */
export async function rowsShown(page: WrittenPage, name: string): Promise<(readonly Cell[])[]> {
  const { parts } = await page.insight(name);
  const documents = await Promise.all(parts.map(({ rows }) => page.document<RowsDocument>(rows)));
  return documents.flatMap(({ rows }) => rows);
}
