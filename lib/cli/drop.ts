// `sluice drop`: a table that nothing defines any more, out of the lake. lib/evolve/drop-table.ts does it.
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import type { Dropped } from '../evolve/drop-table.ts';
import { warnOfAside } from './aside-text.ts';
import { locations } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { count } from './text.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

export const drop: Verb = {
  name: 'drop',
  summary: 'Drop a table that no contract and no insight defines any more.',
  operand: { text: 'TABLE', required: true },
  description: `After a dataset or an insight was removed or renamed its table stays in the lake with its last rows, and "sluice
status" names it. This takes the rows away in one commit. Older versions can still be read (--as-of) until
"sluice maintain" takes their data files, after seven days by default. The log stays.

TABLE is a name, or its place in the lake (insights/old_totals). Defined again later, the table is filled again.`,
  options: [
    LAKE,
    SCHEMAS,
    { name: 'yes', description: 'Do it. Without it nothing is changed, and what would go is said.' },
    {
      name: 'json',
      description: 'One JSON document on standard output: a list of table, files, rows, version.',
    },
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice drop old_totals', meaning: 'say what would go' },
    { command: 'npx sluice drop insights/old_totals --yes', meaning: 'drop it' },
  ],
  exitCodes: [
    { code: 0, meaning: 'dropped' },
    { code: 1, meaning: 'there is no lake, or its log cannot be read' },
    { code: 2, meaning: 'wrong usage: it is defined, it is not there, or --yes is missing' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const { openLake } = await import('../local/open-lake.ts');
  const { requireLake } = await import('../local/places.ts');
  const { droppable, dropTable } = await import('../evolve/drop-table.ts');
  const { undefinedTables } = await import('../maintain/lake-tables.ts');
  const { terminalLog } = await import('./log-lines.ts');
  const places = { ...locations(args), landing: LANDING.default ?? '' };
  await requireLake(places);
  const isMeant = args.flag('yes');
  const log = terminalLog(terminal, args.flag('verbose'));
  const local = await openLake(places, log, { readOnly: !isMeant });
  try {
    const { catalog } = local.effects;
    const word = args.operand ?? '';
    const by = catalog.asideNamed(word.slice(word.indexOf('/') + 1));
    if (by) throw by.error;
    warnOfAside(terminal, catalog.aside);
    const left = await undefinedTables(local.effects);
    const tables = chosen(word, left, catalog.resolve(word));
    const found: Dropped[] = [];
    for (const table of tables) {
      const dropped = await (isMeant ? dropTable : droppable)(local.effects, table);
      if (dropped) found.push(dropped);
    }
    if (!isMeant) throw new UsageError([...found.map(line), 'Nothing was changed. Say --yes to drop it.']);
    const lines = [
      ...found.map((one) => `Dropped ${line(one)}`),
      'Their older versions can be read (--as-of) until "sluice maintain" takes the data files.',
    ];
    await (args.flag('json') ? terminal.json(found) : terminal.out(lines));
    return 0;
  } finally {
    await local.close();
  }
}

function line({ table, files, rows, version }: Dropped): string {
  return `${table}: ${count(rows, 'row')} in ${count(files, 'data file')}, version ${version}`;
}

/** Throws UsageError. */
function chosen(word: string, left: readonly string[], defined: unknown): string[] {
  const tables = left.filter((table) => table === word || table.slice(table.indexOf('/') + 1) === word);
  if (tables.length > 0) return tables;
  if (defined !== undefined)
    throw new UsageError(
      `${word} is defined: remove its contract or its SQL file first, and drop the table then.`,
    );
  const known = left.length === 0 ? 'Every table is defined.' : `There are: ${left.join(', ')}`;
  throw new UsageError(
    `There is no table ${JSON.stringify(word)} that nothing defines.${didYouMean(word, left)} ${known}`,
  );
}
