// `sluice certify`: is everything accounted for? lib/inspect/certify-lake.ts does the work. Read-only.

import { requireDataset } from '../inspect/find-table.ts';
import { certificateDocument, certificateExitCode, certificateLines } from './certify-text.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LAKE, LANDING, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const certify: Verb = {
  description: `Every object in landing is live, superseded (the lake holds an older version or one read under an older contract,
or a newer file or delivery of a replace dataset is in use), rejected, waiting (also with a delivery that is not
complete), or unknown to every dataset. For each source file,
records = accepted rows + quarantined rows + skipped records, counted from independent places: the log's tags and
statistics, the footers of the data files, the quarantine files, the reports. Every data file, quarantine file,
report, log entry and checkpoint must still be what was written. Also named: sources whose rows are in the lake but
whose file is gone from landing, files that "expect" in a contract says should be there by now, rows that another
program wrote, logs that lost a part or were restored, tables without a definition, and insights that are behind or
stale.
Reads the whole lake: in S3 that means downloading it. Changes nothing.`,
  options: [
    LANDING,
    LAKE,
    SCHEMAS,
    { name: 'dataset', value: 'NAME', description: 'Only this dataset.' },
    {
      name: 'recount',
      description: 'Also recount the records of the files in landing: reads each of them.',
    },
    tableOrJson(
      'landing, lake, certified, totals, datasets (objects and sources, each), unknown, unseen, left, derived, problems, aside (file, kind, names, message, messages, held), asideKeys.',
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
    {
      code: 0,
      meaning:
        'everything adds up; waiting files, tables that are behind and tables without a definition are printed',
    },
    {
      code: NEEDS_ATTENTION,
      meaning:
        'something does not add up, a file is rejected or overdue, or a partition is stale: one sentence each',
    },
    {
      code: FAULT,
      meaning:
        'landing or the lake is missing, or one of them, a part of landing or a definition cannot be read: it is reported, and everything else is checked',
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
    const { certifyLake } = await import('../inspect/certify-lake.ts');
    const certificate = await certifyLake(effects, { ...only, recount: args.flag('recount') });
    const found = { landing: landing.location, lake: lake.location, ...certificate };
    await (format === 'json'
      ? terminal.json(certificateDocument(found))
      : terminal.out(certificateLines(found, terminal.outColumns)));
    return certificateExitCode(found);
  });
}
