// `sluice rebuild`: a dataset's table made anew from the files in landing, and everything that is computed from it.
import { rebuild as rebuildTable } from '../evolve/rebuild.ts';
import { requireDataset } from '../inspect/find-table.ts';
import { syncLake } from '../local/sync-lake.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { withProgress } from './progress.ts';
import { rebuildDocument, rebuildLines } from './rebuild-text.ts';
import { syncDocument, syncExitCode, syncLines } from './sync-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const rebuild: Verb = {
  operand: { text: 'DATASET', required: true },
  description: `For a contract that the table cannot take (another type, another partitioning, a dropped column), and for a table
whose data files were damaged. Every file in landing is read; then one commit replaces all rows, so that
readers see the old table or the new one; then what is computed from it is refreshed, as by "sluice sync".
It may run while files arrive, and be stopped at any moment: the next run goes on from there.

Nothing is changed where rows would be lost: where landing does not have a file any more, or only a
version that is rejected. Under a contract that fits the table the rows of rejected files stay, and of
deleted ones where the contract says "onDelete": "keep".`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'yes', description: 'Give up the rows of files that cannot be read again.' },
    tableOrJson(
      'dataset, version, files, rows, quarantined, rejected, kept, dropped, and sync, the document of "sluice sync --format json".',
    ),
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice rebuild billing', meaning: 'after a change that its table cannot take' },
    {
      command: 'npx sluice rebuild billing --landing s3://my-landing --lake s3://my-lake',
      meaning: 'in S3, worked on by this machine; then deploy the new contract',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'all well' },
    {
      code: NEEDS_ATTENTION,
      meaning: 'a source file stands rejected, or a partition is stale because an audit failed',
    },
    { code: FAULT, meaning: 'a fault, or rows would be lost: the message says which' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const needs = { landing: 'required', lake: 'wanted', writes: true } as const;
  return withLake(args, terminal, needs, async (local) => {
    const { catalog, landing, lake } = local.effects;
    const dataset = requireDataset(catalog, args.operand ?? '');
    const options = { selection: { dataset: dataset.name }, prune: false, allowMassWithdrawal: false };
    const [rebuilt, synced] = await withProgress(terminal, async (progress) => [
      await rebuildTable(local.effects, dataset, { dropLost: args.flag('yes') }, progress),
      await syncLake(local, options, progress),
    ]);
    const sync = syncDocument(synced, { landing: landing.location, lake: lake.location });
    await (format === 'json'
      ? terminal.json({ ...rebuildDocument(rebuilt), sync })
      : terminal.out([...rebuildLines(rebuilt), ...syncLines(synced)]));
    return syncExitCode(synced);
  });
}
