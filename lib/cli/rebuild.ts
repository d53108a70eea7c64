// `sluice rebuild`: a dataset's table made anew from the files in landing, and everything that is computed from it.
import type { Catalog } from '../core/catalog.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import { matchingLocations, memoryLimit } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, MEMORY, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

export const rebuild: Verb = {
  name: 'rebuild',
  summary: "Make a dataset's table anew from the files in landing, under its present contract.",
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
    {
      name: 'json',
      description:
        'One JSON document on standard output: dataset, version, files, rows, quarantined, rejected, kept, dropped,\nand sync, the document of "sluice sync --json".',
    },
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
    { code: 3, meaning: 'a source file stands rejected, or a partition is stale because an audit failed' },
    { code: 1, meaning: 'a fault, or rows would be lost: the message says which' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const places = matchingLocations(args);
  const { openLake } = await import('../local/open-lake.ts');
  const { refuseOverlap, requireLanding } = await import('../local/places.ts');
  const { syncLake } = await import('../local/sync-lake.ts');
  const { rebuild } = await import('../evolve/rebuild.ts');
  const { rebuildDocument, rebuildLines } = await import('./rebuild-text.ts');
  const { syncDocument, syncExitCode, syncLines } = await import('./sync-text.ts');
  const { showProgress } = await import('./progress.ts');
  const { terminalLog } = await import('./log-lines.ts');
  await requireLanding(places);
  await refuseOverlap(places);
  const local = await openLake(places, terminalLog(terminal, args.flag('verbose')), memoryLimit(args));
  const progress = showProgress(terminal);
  try {
    const { catalog, landing, lake } = local.effects;
    const dataset =
      catalog.datasets.find(({ name }) => name === args.operand) ?? unknown(args.operand, catalog);
    const rebuilt = await rebuild(local.effects, dataset, { dropLost: args.flag('yes') }, progress);
    const selection = { dataset: dataset.name };
    const synced = await syncLake(local, { selection, prune: false, allowMassWithdrawal: false }, progress);
    progress.close();
    const sync = syncDocument(synced, { landing: landing.location, lake: lake.location });
    await (args.flag('json')
      ? terminal.json({ ...rebuildDocument(rebuilt), sync })
      : terminal.out([...rebuildLines(rebuilt), ...syncLines(synced)]));
    return syncExitCode(synced);
  } catch (error) {
    progress.close();
    throw error;
  } finally {
    await local.close();
  }
}

function unknown(name = '', { datasets, asideNamed }: Catalog): never {
  const by = asideNamed(name);
  if (by) throw by.error;
  const names = datasets.map((dataset) => dataset.name);
  throw new UsageError(
    `There is no dataset ${JSON.stringify(name)}.${didYouMean(name, names)} Datasets: ${names.join(', ')}`,
  );
}
