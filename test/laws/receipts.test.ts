// The receipts of any history: every version of a table can be read again and is what was read then, two versions and their
// difference agree, each insight's sources are the files that landing holds for it, and everything adds up.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TableRef } from '../../lib/core/insight.ts';
import { certifyLake } from '../../lib/inspect/certify-lake.ts';
import { planDefinitions } from '../../lib/inspect/definition-plan.ts';
import { tableHistory } from '../../lib/inspect/history.ts';
import { TableLogs } from '../../lib/inspect/read-table-log.ts';
import { tableReceipt } from '../../lib/inspect/receipt.ts';
import { withRowDiff } from '../../lib/inspect/row-diff.ts';
import { relationAt } from '../../lib/inspect/table-at.ts';
import { keyOf } from '../../lib/inspect/table-diff.ts';
import type { TableLog } from '../../lib/inspect/table-log.ts';
import type { Effects } from '../../lib/lake/effects.ts';
import { parsePartitionFilter } from '../../lib/lake/partition-filter.ts';
import type { Row } from '../../lib/ports.ts';
import { LocalFiles } from '../../lib/refresh/inputs.ts';
import { compactAll } from '../support/play-history.ts';
import { expectSameOfParts } from '../support/same-parts.ts';
import { history } from '../support/shop-history.ts';
import { newStore, openProcess, put, rowsOf, syncPrune, TestClock } from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const DAILY: TableRef = { kind: 'insights', name: 'sales_daily' };
const TABLES: readonly TableRef[] = [
  DAILY,
  { kind: 'tables', name: 'customers' },
  { kind: 'tables', name: 'sales' },
];

const world = useWorld();

const prefixOf = ({ kind, name }: TableRef) => `${kind}/${name}`;

async function logOf({ tables }: Effects, table: TableRef): Promise<TableLog> {
  const log = await new TableLogs(tables).find(prefixOf(table));
  if (log === undefined) throw new Error(`no table ${prefixOf(table)}`);
  return log;
}

async function rowsAt(effects: Effects, log: TableLog, version: number): Promise<Row[]> {
  const files = log.filesAt(version).map(({ add }) => add);
  const at = { prefix: log.prefix, version, metadata: log.metadata(version) };
  const relation = await relationAt(effects.tables, new LocalFiles(effects.lake), at, files);
  return effects.sql.session((session) => session.rows(`FROM (${relation}) ORDER BY ALL`));
}

/** The older rows with the difference applied, as texts in order. */
async function patched(
  effects: Effects,
  table: TableRef,
  log: TableLog,
  from: number,
  to: number,
  old: Row[],
) {
  const texts = old.map((row) => JSON.stringify(row));
  const side = (version: number) => ({ version, files: log.filesAt(version) });
  await withRowDiff(effects, log, side(from), side(to), keyOf(effects, table), async (diff) => {
    for await (const changes of diff.changes())
      for (const change of changes) {
        const gone = change.old === null ? -1 : texts.indexOf(JSON.stringify(change.old));
        expect(gone >= 0).toBe(change.old !== null);
        if (gone >= 0) texts.splice(gone, 1);
        if (change.new !== null) texts.push(JSON.stringify(change.new));
      }
  });
  return texts.sort();
}

/** Sales files with a row that the contract takes, by day: what sales_daily must say that it was made from. */
async function expectedSources({ landing }: Effects): Promise<string[]> {
  const lines: string[] = [];
  for await (const { key, etag } of landing.list('sales/')) {
    const text = new TextDecoder().decode(await landing.read(key));
    const accepted = text
      .split('\n')
      .slice(1)
      .filter((line) => /,-?\d+\.\d\d$/.test(line));
    if (accepted.length > 0)
      lines.push(`${key.slice('sales/day='.length).slice(0, 10)} ${key} ${etag} ${accepted.length}`);
  }
  return lines.sort();
}

async function receiptSources(effects: Effects): Promise<string[]> {
  const log = await logOf(effects, DAILY);
  const lines: string[] = [];
  for (const { add } of log.filesAt(log.newest)) {
    const day = add.partitionValues.day ?? '';
    const filter = parsePartitionFilter('', [{ name: 'day', type: 'date' }], [`day=${day}`]);
    if ('problem' in filter) throw new Error(filter.problem);
    const receipt = await tableReceipt(
      effects,
      new TableLogs(effects.tables),
      DAILY,
      log,
      log.newest,
      filter,
    );
    expect(receipt.lost).toEqual([]);
    lines.push(...receipt.sources.map(({ source, etag, rows }) => `${day} ${source} ${etag} ${rows}`));
  }
  return lines.sort();
}

test('any history can be read again, explained and certified', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const clock = new TestClock();
      const lake = openProcess(
        world,
        clock,
        newStore(world, clock, 'landing'),
        newStore(world, clock, 'lake'),
      );
      const { effects } = lake;
      const seen = new Map<string, Row[]>();
      const look = async () => {
        for (const table of TABLES)
          seen.set(`${prefixOf(table)} ${(await logOf(effects, table)).newest}`, await rowsOf(lake, table));
      };
      const settle = async () => {
        await syncPrune(lake);
        await look();
      };
      await settle();
      for (const step of steps) {
        if (step.kind === 'put') {
          clock.tick();
          await put(effects.landing, step.key, step.text);
        } else if (step.kind === 'delete') await effects.landing.remove([step.key]);
        else if (step.kind === 'settle') await settle();
        else if (step.kind === 'compact') {
          await compactAll(lake, step.mostSources);
          await look();
        }
      }
      await settle();

      for (const table of TABLES) {
        const log = await logOf(effects, table);
        const last = seen.get(`${prefixOf(table)} ${log.newest}`) ?? [];
        const rowCounts = new Map(tableHistory(log).map(({ version, rows }) => [version, rows]));
        for (let version = 0; version <= log.newest; version++) {
          const then = seen.get(`${prefixOf(table)} ${version}`);
          if (then === undefined) continue;
          expect(await rowsAt(effects, log, version)).toEqual(then);
          expect(rowCounts.get(version)).toBe(then.length);
          const texts = last.map((row) => JSON.stringify(row)).sort();
          expect(await patched(effects, table, log, version, log.newest, then)).toEqual(texts);
        }
      }
      await expectSameOfParts(effects, TABLES);
      expect(await receiptSources(effects)).toEqual(await expectedSources(effects));
      const { problems, datasets } = await certifyLake(effects);
      expect(problems).toEqual([]);
      const states = datasets.flatMap(({ objects }) => objects.map(({ state, source }) => [source, state]));
      expect(states.filter(([source, state]) => state !== 'live' && !source?.startsWith('targets/'))).toEqual(
        [],
      );
      expect(await planDefinitions(effects)).toMatchObject({ changes: [], broken: [] });
    }),
    tries(8),
  );
});
