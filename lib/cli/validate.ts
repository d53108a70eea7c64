// `sluice validate`: checks a file against its dataset's contract before it is sent.
import { UsageError } from '../errors.ts';
import { chosenFormat, limitOption, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { memoryLimit } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { validationDocument, validationLines } from './validate-text.ts';
import { type Arguments, MEMORY, SCHEMAS, type Verb } from './verb.ts';

export const validate: Verb = {
  operand: { text: 'FILE', required: true },
  description: `Reads the file as an ingest would, and prints which rows would be refused and why, or why the file would be
rejected. Writes nothing. The file can be anywhere; values that the dataset takes from folders
(billing/year=2024/month=01/…) are read from the end of its path, or given with --as.`,
  options: [
    { name: 'dataset', value: 'NAME', description: 'The dataset whose contract applies.' },
    SCHEMAS,
    {
      name: 'as',
      value: 'KEY',
      description: 'The landing key that the file will have, if its folders here differ.',
    },
    tableOrJson(
      'file, dataset, rows, accepted, of them superseded if any, rejected, skipped and skippedBy (where records are skipped), unnamedColumns, repeatedColumns and trailingDelimiter (where there are such), violations (line, field, rule, value, message).',
    ),
    {
      name: 'limit',
      value: 'N',
      description: 'The most violations to list; the counts cover all.',
      default: '100',
    },
    MEMORY,
  ],
  examples: [
    {
      command:
        'npx sluice validate usage.csv --dataset billing --as billing/year=2024/month=01/day=31/usage.csv',
      meaning: 'before it is uploaded',
    },
    {
      command:
        'npx sluice validate .lake/landing/billing/year=2024/month=01/day=01/usage.csv --dataset billing',
      meaning: 'the day is read from the folders',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'every row would be accepted' },
    { code: NEEDS_ATTENTION, meaning: 'rows would be refused, or the file would be rejected' },
    { code: FAULT, meaning: 'a fault: the file or a contract cannot be read' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const dataset = args.value('dataset');
  if (dataset === undefined)
    throw new UsageError(
      'sluice validate: --dataset NAME is missing: name the dataset whose contract the file must follow',
    );
  const as = args.value('as');
  const { validateFile } = await import('../local/validate-file.ts');
  const found = await validateFile(args.operand ?? '', {
    dataset,
    schemas: args.value('schemas') ?? '',
    limit: limitOption(args),
    ...(as === undefined ? {} : { as }),
    ...memoryLimit(args),
  });
  await (format === 'json' ? terminal.json(validationDocument(found)) : terminal.out(validationLines(found)));
  return found.reason === undefined && found.rejected === 0 ? 0 : NEEDS_ATTENTION;
}
