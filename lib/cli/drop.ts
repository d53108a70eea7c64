// `sluice drop`: removes a table that has no definition any more. lib/evolve/drop-table.ts does the work.
import type { Catalog } from '../core/catalog.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import { type Dropped, droppable, dropTable } from '../evolve/drop-table.ts';
import { datasetOfHistory, definedTable } from '../inspect/other-names.ts';
import { undefinedTables } from '../maintain/lake-tables.ts';
import { warnOfAside } from './aside-text.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { count } from './text.ts';
import { type Arguments, LAKE, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const drop: Verb = {
  operand: { text: 'TABLE', required: true },
  description: `When a dataset or an insight is removed or renamed, its table stays in the lake with its last rows, and "sluice
status" lists it. This verb removes the rows in one commit. Older versions can still be read (--as-of) until
"sluice maintain" deletes their data files, after seven days by default. The log stays.

TABLE is a name or its folder in the lake (insights/old_totals). If it is defined again later, it is filled again.`,
  options: [
    LAKE,
    SCHEMAS,
    { name: 'yes', description: 'Drop it. Without this option, the verb only prints what would be dropped.' },
    tableOrJson('a list of table, files, rows, version.'),
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice drop old_totals', meaning: 'print what would be dropped' },
    { command: 'npx sluice drop insights/old_totals --yes', meaning: 'drop it' },
  ],
  exitCodes: [
    { code: 0, meaning: 'dropped' },
    { code: FAULT, meaning: 'the lake does not exist, or the log of the table cannot be read' },
    { code: 2, meaning: 'wrong usage: the table is defined or does not exist, or --yes is missing' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const isMeant = args.flag('yes');
  const needs = { landing: 'unused', lake: 'required', writes: isMeant } as const;
  return withLake(args, terminal, needs, async ({ effects }) => {
    const { catalog } = effects;
    const word = args.operand ?? '';
    const by = catalog.asideNamed(word.slice(word.indexOf('/') + 1));
    if (by) throw by.error;
    warnOfAside(terminal, catalog.aside);
    const left = await undefinedTables(effects);
    const found: Dropped[] = [];
    for (const table of chosen(word, left, catalog)) {
      const dropped = await (isMeant ? dropTable : droppable)(effects, table);
      if (dropped) found.push(dropped);
    }
    if (!isMeant) throw new UsageError([...found.map(line), 'Nothing was changed. Add --yes to drop it.']);
    const lines = [
      ...found.map((one) => `Dropped ${line(one)}`),
      'Older versions can be read (--as-of) until "sluice maintain" deletes the data files.',
    ];
    await (format === 'json' ? terminal.json(found) : terminal.out(lines));
    return 0;
  });
}

function line({ table, files, rows, version }: Dropped): string {
  return `${table}: ${count(rows, 'row')} in ${count(files, 'data file')}, version ${version}`;
}

/** Throws UsageError. */
function chosen(word: string, left: readonly string[], catalog: Catalog): string[] {
  const tables = left.filter((table) => table === word || table.slice(table.indexOf('/') + 1) === word);
  if (tables.length > 0) return tables;
  const defined = definedTable(catalog, word);
  const versioned = defined && datasetOfHistory(catalog, defined);
  if (versioned)
    throw new UsageError(
      `${word} is the history of the dataset ${versioned.name}: first remove "history" from its contract (${versioned.file}), then drop the table.`,
    );
  if (defined !== undefined)
    throw new UsageError(
      `${word} has a definition: first remove its contract or its SQL file, then drop the table.`,
    );
  const known = left.length === 0 ? 'none, every table has a definition.' : left.join(', ');
  throw new UsageError(
    `${JSON.stringify(word)} is not a table of this lake.${didYouMean(word, left)} Tables without a definition: ${known}`,
  );
}
