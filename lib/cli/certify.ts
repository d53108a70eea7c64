// `sluice certify`: is everything accounted for? lib/inspect/certify-lake.ts finds it out; writes nothing.
import type { Dataset } from '../core/contract.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import { matchingLocations } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';

export const certify: Verb = {
  name: 'certify',
  summary: 'Prove that every landing object and every row is accounted for.',
  description: `Every object in landing is live, superseded (the lake holds an older version or an older contract's; or a newer
file of a replace dataset counts), rejected, waiting, or unknown to every dataset. Per source file the records
are the accepted rows and the quarantined ones, counted where nobody copied from another: the log's tags and
statistics, the footers of the data files, the quarantine files, the reports. Every data file, quarantine file,
report, log entry and checkpoint must still be what was written. Sources whose rows are in the lake and that are
gone from landing are named; so are rows that another program wrote, logs that lost a part or were restored,
tables that nothing defines any more, and insights that are behind or stale.
Reads all of the lake: in S3 that means fetching it. Changes nothing.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'dataset', value: 'NAME', description: 'This dataset alone.' },
    {
      name: 'recount',
      description: 'Also count the records of the files in landing again: reads each of them.',
    },
    {
      name: 'json',
      description:
        'One JSON document on standard output: landing, lake, certified, totals, datasets (objects and sources,\neach), unknown, unseen, left, derived, problems, aside (file, kind, names, message, held), asideKeys.',
    },
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice certify', meaning: 'the whole lake' },
    {
      command: 'npx sluice certify --dataset billing --json | jq .problems',
      meaning: 'one dataset, for a program',
    },
    { command: 'npx sluice certify --landing s3://my-landing --lake s3://my-lake', meaning: 'in S3' },
  ],
  exitCodes: [
    { code: 0, meaning: 'everything adds up; what waits, is behind or is left behind is said' },
    {
      code: 3,
      meaning: 'something does not, or a file stands rejected, or a partition is stale: a sentence for each',
    },
    {
      code: 1,
      meaning:
        'there is no lake or no landing, or they, a part of landing, or a definition cannot be read: said, and the\nothers are looked at',
    },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const places = matchingLocations(args);
  const { openLake } = await import('../local/open-lake.ts');
  const { requireLake, requireLanding } = await import('../local/places.ts');
  const { certifyLake } = await import('../inspect/certify-lake.ts');
  const { certificateDocument, certificateExitCode, certificateLines } = await import('./certify-text.ts');
  const { terminalLog } = await import('./log-lines.ts');
  await requireLanding(places);
  await requireLake(places);
  const local = await openLake(places, terminalLog(terminal, args.flag('verbose')), { readOnly: true });
  try {
    const { landing, lake } = local.effects;
    const found = {
      landing: landing.location,
      lake: lake.location,
      ...(await certifyLake(local.effects, {
        ...namedDataset(local.effects, args.value('dataset')),
        recount: args.flag('recount'),
      })),
    };
    await (args.flag('json')
      ? terminal.json(certificateDocument(found))
      : terminal.out(certificateLines(found, terminal.outColumns)));
    return certificateExitCode(found);
  } finally {
    await local.close();
  }
}

function namedDataset({ catalog }: Effects, name: string | undefined): { readonly only?: Dataset } {
  if (name === undefined) return {};
  const names = catalog.datasets.map((dataset) => dataset.name);
  const dataset = catalog.datasets.find((known) => known.name === name);
  if (dataset) return { only: dataset };
  const by = catalog.asideNamed(name);
  if (by) throw by.error;
  throw new UsageError(
    `There is no dataset ${JSON.stringify(name)}.${didYouMean(name, names)} Datasets: ${names.join(', ')}`,
  );
}
