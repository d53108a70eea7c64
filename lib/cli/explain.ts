// `sluice explain`: the receipt of a table's or insight's partitions, and the differences between two versions.

import { tablePrefix } from '../core/insight.ts';
import { CliError, UsageError } from '../errors.ts';
import { type FoundTable, findTable, partitionsNamed } from '../inspect/find-table.ts';
import { withLogParts } from '../inspect/log-parts.ts';
import { tableReceipt } from '../inspect/receipt.ts';
import { receiptAsOf } from '../inspect/receipt-as-of.ts';
import { withRowDiff } from '../inspect/row-diff.ts';
import { keyOf, tableDiff } from '../inspect/table-diff.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { versionAsOf } from '../inspect/version-as-of.ts';
import type { AsOf } from '../lake/as-of.ts';
import type { Effects } from '../lake/effects.ts';
import { partitionLabel } from '../lake/partition.ts';
import { comparePartitions, type PartitionFilter } from '../lake/partition-filter.ts';
import { asOfOption, requireAsOf } from './as-of.ts';
import { warnOfAside } from './aside-text.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { writeDiff } from './diff-output.ts';
import { FAULT } from './exit-codes.ts';
import { receiptLines } from './explain-text.ts';
import type { Terminal } from './terminal.ts';
import { firstWords } from './text.ts';
import { type Arguments, AS_OF, LAKE, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const explain: Verb = {
  operand: { text: 'NAME', required: true, further: 'COLUMN=VALUE …' },
  description: `Prints the receipt of an insight or a dataset, or of the partitions that the values select: source files with their
versions, rows and quarantined rows; the hashes of the contracts and the SQL; the versions of all tables in
between; audits; commit time and duration. From the input that drives an insight, only the files of its partition
count, and of those that it sees through a window; from the other inputs, all files. Everything is read from the
Delta logs.

With --diff: which source files and definitions changed between two versions, and which rows, with old and new
values (matched by key if the table has one). V1 and V2 are versions or times.`,
  options: [
    AS_OF,
    { name: 'diff', value: 'V1..V2', description: 'What changed between two versions.' },
    tableOrJson('the full receipt or diff; lists are not cut.'),
    LAKE,
    SCHEMAS,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice explain spend_by_month', meaning: 'an insight, all of it' },
    { command: 'npx sluice explain usage_daily year=2024 month=01 day=03', meaning: 'one of its partitions' },
    { command: 'npx sluice explain billing day=03 --as-of 2024-02-01', meaning: 'a dataset, as it was' },
    { command: 'npx sluice explain spend_by_month --diff 1..2', meaning: 'why a number changed' },
  ],
  exitCodes: [
    { code: 0, meaning: 'printed' },
    { code: FAULT, meaning: 'there is no such table, partition, version or lake' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const asOf = asOfOption(args);
  const versions = diffOption(args);
  if (versions && asOf) throw new UsageError('--diff already names its versions: remove --as-of');
  const needs = { landing: 'unused', lake: 'required', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects }) => {
    warnOfAside(terminal, effects.catalog.aside);
    const found = await findTable(effects, args.operand ?? '');
    const subject = { ...found, effects, words: args.further };
    return versions
      ? showDiff(subject, versions, format, terminal)
      : showReceipt(subject, asOf, format, terminal);
  });
}

/** Two versions or times; neither contains two dots. Throws UsageError. */
function diffOption(args: Arguments): readonly [AsOf, AsOf] | undefined {
  const text = args.value('diff');
  if (text === undefined) return undefined;
  const [first, second, ...more] = text.split('..');
  if (first && second && more.length === 0)
    return [requireAsOf('--diff', first), requireAsOf('--diff', second)];
  throw new UsageError(
    `--diff ${text}: write two versions or times with two dots between them, such as --diff 1..2 or --diff 2024-01-31..2024-02-01`,
  );
}

type Format = (typeof TABLE_OR_JSON)[number];

/** The requested table, and the words that select some of its partitions. */
type Subject = FoundTable & { readonly effects: Effects; readonly words: readonly string[] };

async function showReceipt(
  subject: Subject,
  asOf: AsOf | undefined,
  format: Format,
  terminal: Terminal,
): Promise<number> {
  const { effects, words } = subject;
  const { receipt, filter, log } = await receiptAsOf(effects, subject, asOf, words);
  if (words.length > 0 && receipt.partitions.length + receipt.stale.length === 0)
    throw noSuchPartition(log, receipt.version, words);
  await (format === 'json'
    ? terminal.json({ ...receipt, filter: filter.words })
    : terminal.out(receiptLines(receipt, terminal.outColumns)));
  return 0;
}

async function showDiff(
  subject: Subject,
  [first, second]: readonly [AsOf, AsOf],
  format: Format,
  terminal: Terminal,
): Promise<number> {
  const { effects, table, present, words } = subject;
  const { tables } = effects;
  const prefix = tablePrefix(table);
  const from = await versionAsOf(tables, prefix, present, first);
  const to = await versionAsOf(tables, prefix, present, second);
  const { log, filters, before, after } = await withLogParts(
    tables,
    prefix,
    [from, to],
    async (logs, log) => {
      const filters = [partitionsNamed(log, from, words), partitionsNamed(log, to, words)] as const;
      const before = await tableReceipt(effects, logs, table, log, from, filters[0]);
      const after = await tableReceipt(effects, logs, table, log, to, filters[1]);
      if (words.length > 0 && before.partitions.length + after.partitions.length === 0)
        throw noSuchPartition(log, to, words);
      return { log, filters, before, after };
    },
  );
  const side = (version: number, filter: PartitionFilter) => ({
    version,
    files: log.filesAt(version).filter(({ add }) => filter.matches(add.partitionValues)),
  });
  const causes = { before, after, filter: filters[1].words, ...tableDiff(after.table, before, after) };
  try {
    const [old, now] = [side(from, filters[0]), side(to, filters[1])];
    await withRowDiff(effects, log, old, now, keyOf(effects, table), (rows) =>
      writeDiff({ ...causes, rows }, format, terminal),
    );
  } catch (error) {
    // Print what the logs know even if the rows cannot be read any more.
    if (error instanceof CliError) await writeDiff({ ...causes, rows: undefined }, format, terminal);
    throw error;
  }
  return 0;
}

const MAX_NAMED = 8;

function noSuchPartition(log: TableLog, version: number, words: readonly string[]): CliError {
  const partitions = log.filesAt(version).map(({ add }) => add.partitionValues);
  const labels = [...new Set([...partitions].sort(comparePartitions).map(partitionLabel))];
  const rest = labels.length === 0 ? 'It is empty' : `It has ${firstWords(labels, MAX_NAMED)}`;
  const last = labels.length > MAX_NAMED ? `, the last is ${labels.at(-1)}` : '';
  return new CliError(
    `${log.prefix} has no partition with ${words.join(' ')} at version ${version}. ${rest}${last}.`,
  );
}
