// `sluice draft`: a contract, and with --write a first insight, from sample files.

import { isName } from '../definitions/parse-contract.ts';
import { UsageError } from '../errors.ts';
import { chosenFormat, formatOption } from './choices.ts';
import { contractText, draftDocument, draftLines, writtenLines } from './draft-text.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { memoryLimit } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, LANDING, MEMORY, SCHEMAS, type Verb } from './verb.ts';

const FORMATS = ['contract', 'json'] as const;

export const draft: Verb = {
  operand: { text: 'FILE|DIR|s3://…', required: true, further: 'FILE|DIR|s3://… …' },
  description: `Reads sample files (CSV, JSON, NDJSON; also .gz, .zst, .bz2), all of each, and prints a contract that accepts
every record of them: encoding, dialect, names, the narrowest types that keep every text exactly, required fields,
missing values, enums, partition fields from folders name=value, a likely key. Samples with the same kind of header
become one dataset. What was seen for each decision is printed on standard error.

Nothing is guessed: where 03/04 or 1,234 could mean either and no value tells, the field is left as text, and that is
said. At last the samples are converted under the contract as an ingest would, and what it refuses is listed.`,
  options: [
    {
      name: 'write',
      value: 'PACKAGE',
      description:
        'Add the datasets to this package below --schemas (made if absent), with a starter insight for each. What is there is never overwritten.',
    },
    {
      name: 'name',
      value: 'NAME',
      description:
        "The dataset's name, for samples of one kind. Without it: from the names of files and folders.",
    },
    {
      name: 'header',
      value: 'yes|no',
      description: 'Whether the first record of CSV files is a header. Without it, the data decides.',
    },
    LANDING,
    SCHEMAS,
    formatOption(
      FORMATS,
      'contract: a datapackage.json. json: one document: datasets (resource, insight, notes, samples with rows, accepted, reason, violations), refused (file, problem), passed, written.',
    ),
    MEMORY,
  ],
  examples: [
    { command: 'npx sluice draft exports/*.csv', meaning: 'the contract on the screen, and why' },
    {
      command: 'npx sluice draft .lake/landing/shop --write shop',
      meaning: 'a folder of landing: the paths are those of its files',
    },
    {
      command: 'npx sluice draft orders.csv --name orders --write shop',
      meaning: 'into schemas/shop, with an insight',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'the draft accepts every record of every sample' },
    { code: NEEDS_ATTENTION, meaning: 'there is a draft, but some sample or record it cannot take' },
    { code: FAULT, meaning: 'a fault: no sample can be read, or the package cannot be written' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, FORMATS);
  const target = args.value('write');
  const name = datasetOption(args);
  const header = headerOption(args);
  const places = [args.operand ?? '', ...args.further];
  const { draftFiles } = await import('../local/draft-files.ts');
  const found = await draftFiles({
    places,
    landing: args.value('landing') ?? '',
    package: target ?? 'draft',
    ...(name === undefined ? {} : { name }),
    ...(header === undefined ? {} : { header }),
    ...memoryLimit(args),
  });
  if (name !== undefined && found.datasets.length > 1)
    throw new UsageError(
      `--name ${name} is for one dataset, but the samples are of ${found.datasets.length} kinds (${found.datasets.map(({ resource }) => resource.name).join(', ')}): draft them one by one`,
    );
  const schemas = args.value('schemas') ?? '';
  const isWritten = target !== undefined && found.datasets.length > 0;
  const { writeDraft } = await import('../local/write-draft.ts');
  const written = isWritten ? await writeDraft(schemas, target, found.datasets) : undefined;
  if (format === 'json') await terminal.json(draftDocument(found, written));
  else {
    terminal.err(draftLines(found, { landing: args.value('landing') ?? '' }));
    if (written) await terminal.out(writtenLines(written));
    else if (found.datasets.length > 0) await terminal.data(contractText(found), 'json');
  }
  if (found.datasets.length === 0) return FAULT;
  const isComplete =
    found.refused.length === 0 &&
    found.datasets.every(({ samples }) =>
      samples.every(({ rows, accepted, reason }) => reason === undefined && rows === accepted),
    );
  return isComplete ? 0 : NEEDS_ATTENTION;
}

function datasetOption(args: Arguments): string | undefined {
  const name = args.value('name');
  if (name === undefined || isName(name)) return name;
  throw new UsageError(
    `--name ${name} cannot be a table's name: use letters, digits and "_", not starting with a digit`,
  );
}

function headerOption(args: Arguments): boolean | undefined {
  const text = args.value('header');
  if (text === undefined || text === 'yes' || text === 'no')
    return text === undefined ? undefined : text === 'yes';
  throw new UsageError(`--header ${text}: write yes or no`);
}
