// `sluice history`: the versions of a table or insight, newest first, each with what changed and why.
import { warnOfAside } from './aside-text.ts';
import { formatOption, limitOption } from './choices.ts';
import { withLake } from './read-lake.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

const FORMATS = ['table', 'json'] as const;

export const history: Verb = {
  name: 'history',
  summary: 'List the versions of a table or insight, and why each is there.',
  operand: { text: 'NAME', required: true },
  description: `NAME is a dataset or an insight, or a table by its place in the lake (arrivals/customers). Each version with its
time, the operation, the rows that came and went, the partitions, and the cause: source files that were new,
replaced or withdrawn; inputs that had moved on; a contract or a definition that changed; partitions that kept
their old rows because an audit failed. All of it is in the table's Delta log. Times are UTC.`,
  options: [
    { name: 'limit', value: 'N', description: 'The newest N versions.', default: '20' },
    {
      name: 'format',
      value: FORMATS.join('|'),
      description:
        'table: for people. json: one document on standard output: table, newest, versions (version, committedAt,\noperation, rowsAdded, rowsRemoved, rows, filesAdded, filesRemoved, partitions, ms, cause).',
      default: 'table',
    },
    LAKE,
    SCHEMAS,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice history billing', meaning: 'which files came when' },
    { command: 'npx sluice history spend_by_month --limit 5', meaning: 'why it was computed' },
    {
      command: "npx sluice history billing --format json | jq '.versions[] | select(.cause.contract)'",
      meaning: 'when the contract changed',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'said' },
    { code: 1, meaning: 'there is no such table, no lake, or its log cannot be read' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = formatOption(args, FORMATS);
  const limit = limitOption(args);
  const { findTable } = await import('../inspect/find-table.ts');
  const { TableLogs } = await import('../inspect/table-log.ts');
  const { tableHistory } = await import('../inspect/history.ts');
  const { historyLines } = await import('./history-text.ts');
  return withLake(args, terminal, async (effects) => {
    warnOfAside(terminal, effects.catalog.aside);
    const { log } = await findTable(effects, new TableLogs(effects.tables), args.operand ?? '');
    const versions = tableHistory(log).slice(0, limit);
    await (format === 'json'
      ? terminal.json({ table: log.prefix, newest: log.newest, versions })
      : terminal.out(historyLines(log.prefix, log.newest, versions, terminal.outColumns)));
    return 0;
  });
}
