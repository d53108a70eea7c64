// What a few entries of each log tell of a table is what whole logs tell, which need nothing that data files say of themselves.
import { expect } from 'vitest';
import { type TableRef, tablePrefix } from '../../lib/core/insight.ts';
import type { PartitionValues } from '../../lib/delta/actions.ts';
import { tableHistory } from '../../lib/inspect/history.ts';
import { withLogParts } from '../../lib/inspect/log-parts.ts';
import { type Logs, snapshotAt, TableLogs } from '../../lib/inspect/read-table-log.ts';
import { type Receipt, tableReceipt } from '../../lib/inspect/receipt.ts';
import { recentHistory } from '../../lib/inspect/recent-history.ts';
import type { TableLog } from '../../lib/inspect/table-log.ts';
import { findVersion } from '../../lib/inspect/version-as-of.ts';
import type { Effects } from '../../lib/lake/effects.ts';
import { partitionId } from '../../lib/lake/partition.ts';
import type { PartitionFilter } from '../../lib/lake/partition-filter.ts';

const ALL: PartitionFilter = { words: {}, matches: () => true };

/**
 * Of every version, every partition of it, every time, and two versions: receipts, files, settings and history. `parts`: no log is read as a whole; one of a lake of an
 * older Sluice may be. `timed`: all writers have one clock, and times are compared.
 */
export async function expectSameOfParts(
  effects: Effects,
  refs: readonly TableRef[],
  { parts = true, timed = true } = {},
): Promise<void> {
  const { tables } = effects;
  const whole = new TableLogs(tables);
  for (const table of refs) {
    const prefix = tablePrefix(table);
    const log = await whole.find(prefix);
    const present = await tables.latest(prefix);
    if (log === undefined || present === undefined) continue;
    const filters = [ALL, ...filtersOf(log)];
    const seen = (receipts: readonly Receipt[]) => (timed ? receipts : receipts.map(untimed));
    const told = (versions: readonly number[], filter: PartitionFilter) =>
      withLogParts(tables, prefix, versions, async (logs, part) => {
        const read = [part];
        const seen: Logs = {
          async find(input, at) {
            const found = await logs.find(input, at);
            if (found) read.push(found);
            return found;
          },
          tell: (one, files) => logs.tell(one, files),
          learn: (one, files) => logs.learn(one, files),
        };
        const receipts = [];
        for (const version of versions)
          receipts.push(await tableReceipt(effects, seen, table, part, version, filter));
        if (parts) expect(read.filter((one) => one.part === undefined)).toEqual([]);
        return receipts;
      });
    for (let version = 0; version <= log.newest; version++) {
      // What `--as-of` reads.
      const past = await snapshotAt(tables, prefix, version);
      const paths = log.filesAt(version).map(({ add }) => add.path);
      expect([past.metadata, [...past.files.keys()].sort()]).toEqual([log.metadata(version), paths.sort()]);
      for (const filter of filters) {
        const judged = await tableReceipt(effects, whole, table, log, version, filter);
        expect(seen(await told([version], filter))).toEqual(seen([judged]));
        const earlier = Math.floor(version / 2);
        const before = await tableReceipt(effects, whole, table, log, earlier, filter);
        expect(seen(await told([earlier, version], filter))).toEqual(seen([before, judged]));
      }
      if (!timed) continue;
      for (const ms of [log.timeOf(version) - 1, log.timeOf(version), log.timeOf(version) + 1])
        expect(await findVersion(tables, prefix, present, { text: '', ms }, 3)).toBe(log.versionAt(ms));
      if (version > 0)
        expect((await recentHistory(tables, prefix, version, 0))?.versions).toEqual(
          tableHistory(log).slice(0, version),
        );
    }
  }
}

function untimed({ committedAt: _, ...receipt }: Receipt): unknown {
  return {
    ...receipt,
    partitions: receipt.partitions.map(({ committedAt: __, ...partition }) => partition),
    sources: receipt.sources.map(({ committedAt: __, ...source }) => source),
  };
}

function filtersOf(log: TableLog): PartitionFilter[] {
  const partitions = new Map(
    log.lifespans().map(({ add }) => [partitionId(add.partitionValues), add.partitionValues]),
  );
  return [...partitions].map(([id, partition]) => ({
    words: Object.fromEntries(Object.entries(partition).map(([name, value]) => [name, value ?? ''])),
    matches: (values: PartitionValues) => partitionId(values) === id,
  }));
}
