// The receipt of a table, or of some of its partitions, as it is or as it was: read from parts of logs.
import { tablePrefix } from '../core/insight.ts';
import type { AsOf } from '../lake/as-of.ts';
import type { Effects } from '../lake/effects.ts';
import type { PartitionFilter } from '../lake/partition-filter.ts';
import { type FoundTable, partitionsNamed } from './find-table.ts';
import { withLogParts } from './log-parts.ts';
import { type Receipt, tableReceipt } from './receipt.ts';
import type { TableLog } from './table-log.ts';
import { versionAsOf } from './version-as-of.ts';

/** `filter`: what the words select; `log`: of the table, with the receipt's version. */
export type ReceiptAsOf = {
  readonly receipt: Receipt;
  readonly filter: PartitionFilter;
  readonly log: TableLog;
};

/**
 * `words`: as `year=2024`; none select all. Throws UsageError on words that name no partition column, CliError where the table has no
 * such version.
 */
export async function receiptAsOf(
  effects: Effects,
  { table, present }: FoundTable,
  asOf: AsOf | undefined,
  words: readonly string[],
): Promise<ReceiptAsOf> {
  const { tables } = effects;
  const prefix = tablePrefix(table);
  const version = await versionAsOf(tables, prefix, present, asOf);
  return withLogParts(tables, prefix, [version], async (logs, log) => {
    const filter = partitionsNamed(log, version, words);
    return { receipt: await tableReceipt(effects, logs, table, log, version, filter), filter, log };
  });
}
