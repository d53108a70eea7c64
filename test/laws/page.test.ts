// The law of the page: after any history, a page that was written again and again shows what a page shows that is written once, at the end,
// into an empty place; and what it shows is what the tables, the receipts and the files say.
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { MemoryStore } from '../../lib/adapters/memory-store.ts';
import type { FilesByDataset } from '../../lib/inspect/dataset-files.ts';
import { TableLogs } from '../../lib/inspect/read-table-log.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import { lookAtLanding } from '../../lib/lake/landing-census.ts';
import { parsePartitionFilter } from '../../lib/lake/partition-filter.ts';
import { composeChanges } from '../../lib/page/app/compose-changes.ts';
import type { ArrivalsDocument, DatasetDocument, FilesDocument } from '../../lib/page/dataset-documents.ts';
import type {
  ChangeDocument,
  InsightDocument,
  PageColumn,
  ReceiptsDocument,
  RowsDocument,
} from '../../lib/page/insight-documents.ts';
import type { Cell, Ref } from '../../lib/page/page-values.ts';
import { type PageOptions, writePage } from '../../lib/page/write-page.ts';
import { PageWorlds } from '../support/page-definitions.ts';
import { NAMED_HISTORY, type PageStep, pageHistory } from '../support/page-history.ts';
import { PagePlayer } from '../support/page-player.ts';
import { type PageTree, pageTree, shown } from '../support/page-tree.ts';
import { type PlainRow, plainRows, plainVersions } from '../support/plain-table.ts';
import { newStore, type TestLake } from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';

const worlds = new PageWorlds();
afterAll(() => worlds.close());

/** Several files come, or go, before the page is written. */
const NOTHING_NEW: readonly PageStep['kind'][] = ['put', 'delete', 'pass'];

/** Two of them are the named history. */
const TRIES = tries(4);

type Kept = Pick<PageOptions, 'logs' | 'files' | 'seen'>;

async function written({ effects }: TestLake, site: MemoryStore, kept: Kept = {}): Promise<PageTree> {
  await writePage(effects, site, '', { assets: new Map(), options: '', ...kept });
  return pageTree(site);
}

/** Rows of every version of an insight that was seen: a vacuum may take them later. */
type Seen = Map<string, readonly PlainRow[]>;

async function look({ effects }: TestLake, seen: Seen): Promise<void> {
  for (const name of INSIGHTS) {
    const versions = await plainVersions(effects.lake, `insights/${name}`);
    for (const [version, plain] of versions.entries()) {
      const id = `${name} ${version}`;
      const rows = seen.has(id) ? undefined : await plainRows(effects, `insights/${name}`, plain);
      if (rows) seen.set(id, rows);
    }
  }
}

const INSIGHTS = ['daily', 'placed', 'total', 'exported'];

const texts = (rows: Iterable<unknown>) => [...rows].map((row) => JSON.stringify(row)).sort();
const cellsOf = (columns: readonly PageColumn[], row: PlainRow): Cell[] =>
  columns.map(({ name }) => row[name] ?? null);

function of<T>(tree: PageTree, ref: Ref<T> | null): T {
  const found = ref === null ? undefined : tree.documents.get(ref);
  if (found === undefined) throw new Error(`no document ${ref}`);
  return found as T;
}

const insightsOf = (tree: PageTree) =>
  tree.index.insights.flatMap(({ document }) => (document ? [of<InsightDocument>(tree, document)] : []));

/** The rows that the page shows are the table's. */
function expectRows(tree: PageTree, seen: Seen, versions: ReadonlyMap<string, number>): void {
  for (const insight of insightsOf(tree).filter(({ name }) => INSIGHTS.includes(name))) {
    const rows = insight.parts.flatMap((part) => of<RowsDocument>(tree, part.rows).rows);
    const plain = seen.get(`${insight.name} ${versions.get(insight.name)}`) ?? [];
    expect(texts(rows), insight.name).toEqual(texts(plain.map((row) => cellsOf(insight.columns, row))));
  }
}

/** What the page says that each number was made from is what `explain` says. */
async function expectReceipts({ effects }: TestLake, tree: PageTree): Promise<number> {
  let receipts = 0;
  for (const insight of insightsOf(tree).filter(({ kind }) => kind === 'insight')) {
    const table = { kind: 'insights', name: insight.name } as const;
    const logs = new TableLogs(effects.tables);
    const log = await logs.find(`insights/${insight.name}`);
    if (log === undefined) throw new Error(`no log of ${insight.name}`);
    for (const part of insight.parts)
      for (const told of of<ReceiptsDocument>(tree, part.receipts).receipts) {
        const columns = Object.keys(told.partition).map((name) => ({ name, type: 'date' as const }));
        const words = Object.entries(told.partition).map(([name, value]) => `${name}=${value}`);
        const filter = parsePartitionFilter(insight.name, columns, words);
        if ('problem' in filter) throw new Error(filter.problem);
        const receipt = await tableReceipt(effects, logs, table, log, log.newest, filter);
        const wanted = receipt.sources.map(
          ({ dataset, source, rows, lastModified, version, committedAt }) => {
            return { dataset, source, rows, lastModified, version, committedAt };
          },
        );
        expect(texts(told.sources), insight.name).toEqual(texts(wanted));
        expect(told.lost).toEqual(receipt.lost);
        receipts += 1;
      }
  }
  return receipts;
}

type Rows = NonNullable<ChangeDocument['rows']>;

/** The rows before with what changed: those after. */
function expectChanged(
  columns: readonly PageColumn[],
  changes: Rows,
  before: readonly PlainRow[],
  after: readonly PlainRow[],
  of: string,
): void {
  const rows = texts(before.map((row) => cellsOf(columns, row)));
  for (const { old, new: now } of changes) {
    const gone = old === null ? -1 : rows.indexOf(JSON.stringify(old));
    expect(gone >= 0, `${of}: ${JSON.stringify(old)} was there`).toBe(old !== null);
    if (gone >= 0) rows.splice(gone, 1);
    if (now !== null) rows.push(JSON.stringify(now));
  }
  expect(rows.sort(), of).toEqual(texts(after.map((row) => cellsOf(columns, row))));
}

/** What each version changed, and what all of them changed together. */
function expectChanges(tree: PageTree, seen: Seen): number {
  let compared = 0;
  for (const { name, changes } of insightsOf(tree)) {
    const told = changes.map(({ change }) => of<ChangeDocument>(tree, change)).reverse();
    for (const { version, columns, rows } of told) {
      const [before, after] = [seen.get(`${name} ${version - 1}`), seen.get(`${name} ${version}`)];
      if (rows === null || before === undefined || after === undefined) continue;
      expectChanged(columns, rows, before, after, `${name} ${version}`);
      compared += 1;
    }
    const [first, last] = [told[0], told.at(-1)];
    const [before, after] = [
      seen.get(`${name} ${(first?.version ?? 0) - 1}`),
      seen.get(`${name} ${last?.version}`),
    ];
    const composed = composeChanges(told);
    if (before && after && composed.unlisted.length === 0)
      expectChanged(composed.columns, composed.rows, before, after, `${name}, all versions`);
  }
  return compared;
}

async function expectFiles(history: PagePlayer, tree: PageTree): Promise<readonly string[]> {
  const dataset = tree.index.datasets.find(({ name }) => name === 'sales');
  const { lists } = of<DatasetDocument>(tree, dataset?.document ?? null);
  const files = lists.flatMap(({ list }) => of<FilesDocument>(tree, list).files);
  const told = Object.fromEntries(files.map(({ source, state, rows }) => [source, { state, rows }]));
  expect(told).toEqual(await history.files.told());
  const { periods } = of<ArrivalsDocument>(tree, dataset?.arrivals ?? null);
  const counted = periods.flatMap(({ states }) =>
    Object.entries(states).flatMap(([state, n]) => Array.from({ length: n }, () => state)),
  );
  expect(counted.sort()).toEqual(files.map(({ state }) => state).sort());
  return counted;
}

/**
 * What a page that was written before a vacuum tells more of a version, and under which key it was told, stays as it was; and its files
 * where the order of deliveries changed since (`isReordered`), which no log knows.
 */
function comparable(site: 'kept' | 'fresh', other: PageTree, isReordered: boolean) {
  return (name: string, document: object): object => {
    if (!name.startsWith('change-')) return document;
    const { table, version, committedAt, sources, moreSources, definitions } = document as ChangeDocument;
    const same = other.documents.get(name) as ChangeDocument | undefined;
    const files = isReordered ? {} : { sources, moreSources };
    const told = { table, version, committedAt, definitions, ...files };
    expect(same, `${site} page's ${name} on the other page`).toBeDefined();
    return told;
  };
}

test('a page that was written again and again shows what one shows that is written at the end', async () => {
  const states = new Set<string>();
  const totals = { receipts: 0, changes: 0 };
  await fc.assert(
    fc.asyncProperty(pageHistory, async ({ tagsContent, steps }) => {
      const history = await PagePlayer.open(worlds, tagsContent);
      const world = await worlds.of(history.definitions);
      const [site, seen] = [newStore(world, history.clock, 'site'), new Map() as Seen];
      let logs: TableLogs | undefined;
      const files: FilesByDataset = new Map();
      const rounds: readonly PageStep[] = [...steps, { kind: 'sync' }];
      for (const step of rounds) {
        // As whoever watches landing has it: from before what it made happen was done.
        const landed = await lookAtLanding(history.process.effects);
        await history.play(step);
        if (step.kind === 'sync') await look(history.process, seen);
        if (NOTHING_NEW.includes(step.kind)) continue;
        const { effects } = history.process;
        logs = new TableLogs(effects.tables, logs);
        const kept = await written(history.process, site, { logs, files, seen: landed });
        const fresh = await written(history.process, newStore(world, history.clock, 'fresh'));
        const isReordered = steps.some((step) => step.kind === 'define' && step.name === 'newest');
        expect(shown(kept, comparable('kept', fresh, isReordered))).toEqual(
          shown(fresh, comparable('fresh', kept, isReordered)),
        );
        for (const state of await expectFiles(history, kept)) states.add(state);
        await look(history.process, seen);
        const newest = new Map<string, number>();
        for (const name of INSIGHTS)
          newest.set(name, (await plainVersions(effects.lake, `insights/${name}`)).length - 1);
        expectRows(kept, seen, newest);
        totals.changes += expectChanges(kept, seen);
        totals.receipts += await expectReceipts(history.process, kept);
      }
    }),
    { ...TRIES, examples: [true, false].map((tagsContent) => [{ tagsContent, steps: NAMED_HISTORY }]) },
  );
  expect(totals.receipts).toBeGreaterThan(100);
  expect(totals.changes).toBeGreaterThan(50);
  expect([...states].sort()).toEqual([
    'corrected',
    'live',
    'partly-refused',
    'rejected',
    'superseded',
    'waiting',
    'withdrawn',
  ]);
});
