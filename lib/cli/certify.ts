// `sluice certify`: is everything accounted for? lib/inspect/certify-lake.ts finds it out; writes nothing.

import { certifyLake } from '../inspect/certify-lake.ts';
import { requireDataset } from '../inspect/find-table.ts';
import { certificateDocument, certificateExitCode, certificateLines } from './certify-text.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const certify: Verb = {
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
    tableOrJson(
      'landing, lake, certified, totals, datasets (objects and sources, each), unknown, unseen, left, derived, problems, aside (file, kind, names, message, held), asideKeys.',
    ),
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice certify', meaning: 'the whole lake' },
    {
      command: 'npx sluice certify --dataset billing --format json | jq .problems',
      meaning: 'one dataset, for a program',
    },
    { command: 'npx sluice certify --landing s3://my-landing --lake s3://my-lake', meaning: 'in S3' },
  ],
  exitCodes: [
    { code: 0, meaning: 'everything adds up; what waits, is behind or is left behind is said' },
    {
      code: NEEDS_ATTENTION,
      meaning: 'something does not, or a file stands rejected, or a partition is stale: a sentence for each',
    },
    {
      code: FAULT,
      meaning:
        'there is no lake or no landing, or they, a part of landing, or a definition cannot be read: said, and the others are looked at',
    },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const name = args.value('dataset');
  const needs = { landing: 'required', lake: 'required', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects }) => {
    const { catalog, landing, lake } = effects;
    const only = name === undefined ? {} : { only: requireDataset(catalog, name) };
    const certificate = await certifyLake(effects, { ...only, recount: args.flag('recount') });
    const found = { landing: landing.location, lake: lake.location, ...certificate };
    await (format === 'json'
      ? terminal.json(certificateDocument(found))
      : terminal.out(certificateLines(found, terminal.outColumns)));
    return certificateExitCode(found);
  });
}
