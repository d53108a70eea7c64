// `sluice rebuild`: rewrites a dataset's table from the files in landing, and everything that is computed from it.
import { rebuild as rebuildTable } from '../evolve/rebuild.ts';
import { requireDataset } from '../inspect/find-table.ts';
import { syncLake } from '../local/sync-lake.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { withProgress } from './progress.ts';
import { rebuildDocument, rebuildLines } from './rebuild-text.ts';
import { syncDocument } from './sync-document.ts';
import { syncExitCode, syncLines } from './sync-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const rebuild: Verb = {
  operand: { text: 'DATASET', required: true },
  description: `For an incompatible contract change (another type, another partitioning, a dropped column), and for a table whose
data files are damaged. Every file in landing is read; then one commit replaces all rows, so readers see either
the old table or the new one; then everything computed from it is refreshed, as by "sluice sync". It can run
while files arrive, and can be stopped at any time: the next run continues from there.

Nothing is changed if rows would be lost, because a file is not in landing any more or its version there is
rejected. If the contract is compatible with the table, the rows of rejected files stay, and those of deleted
files if the contract has "onDelete": "keep".`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'yes', description: 'Delete the rows of files that cannot be read again.' },
    tableOrJson(
      'dataset, version, files, rows, quarantined, skipped, rejected, kept, dropped, and sync, the document of "sluice sync --format json".',
    ),
    MEMORY,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice rebuild billing', meaning: 'after an incompatible contract change' },
    {
      command: 'npx sluice rebuild billing --landing s3://my-landing --lake s3://my-lake',
      meaning: 'in S3, processed by this machine; then deploy the new contract',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'success' },
    {
      code: NEEDS_ATTENTION,
      meaning: 'a source file is rejected, or a partition is stale because an audit failed',
    },
    { code: FAULT, meaning: 'a fault, or rows would be lost: see the message' },
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
