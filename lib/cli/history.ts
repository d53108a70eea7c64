// `sluice history`: the versions of a table or insight, newest first, each with what changed and why.
import { tablePrefix } from '../core/insight.ts';
import { lookFor } from '../inspect/find-table.ts';
import { recentHistory } from '../inspect/recent-history.ts';
import { warnOfAside } from './aside-text.ts';
import { chosenFormat, limitOption, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import { foundDefinitions } from './found-definitions.ts';
import { historyLines } from './history-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const history: Verb = {
  operand: { text: 'NAME', required: true },
  description: `NAME is a dataset or an insight, or a table by its folder in the lake (arrivals/customers). Prints each version with
its time, the operation, the rows added and removed, the partitions, and the cause: source files that were new,
replaced or withdrawn; inputs with newer versions; a contract or a definition that changed; partitions that kept
their previous rows because an audit failed. Everything comes from the table's Delta log; definitions are only needed to know which names there could be. Times are UTC.`,
  options: [
    { name: 'limit', value: 'N', description: 'The newest N versions.', default: '20' },
    tableOrJson(
      'table, newest, versions (version, committedAt, operation, rowsAdded, rowsRemoved, rows, filesAdded, filesRemoved, partitions, ms, cause).',
    ),
    LAKE,
    SCHEMAS,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice history billing', meaning: 'which files arrived when' },
    { command: 'npx sluice history spend_by_month --limit 5', meaning: 'why it was computed' },
    {
      command: "npx sluice history billing --format json | jq '.versions[] | select(.cause.contract)'",
      meaning: 'when the contract changed',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'printed' },
    { code: FAULT, meaning: 'there is no such table or no lake, or its log cannot be read' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const limit = limitOption(args);
  const needs = {
    landing: 'unused',
    lake: 'required',
    writes: false,
    definitions: foundDefinitions(args),
  } as const;
  return withLake(args, terminal, needs, async ({ effects }) => {
    warnOfAside(terminal, effects.catalog.aside);
    const { table, found } = await lookFor(effects, args.operand ?? '', (prefix) =>
      recentHistory(effects.tables, prefix, limit),
    );
    const [prefix, { newest, versions }] = [tablePrefix(table), found];
    await (format === 'json'
      ? terminal.json({ table: prefix, newest, versions })
      : terminal.out(historyLines(prefix, newest, versions, terminal.outColumns)));
    return 0;
  });
}
