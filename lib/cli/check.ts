// `sluice check`: whether definitions are right, and what one insight is. lib/definitions/load-catalog.ts does the work. Read-only.
import { resolve } from 'node:path';
import type { Catalog } from '../core/catalog.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { UsageError } from '../errors.ts';
import { insightSample } from '../inspect/insight-sample.ts';
import { type Checked, checkedDocument, checkedLines, insightDocument, insightLines } from './check-text.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { firstWords } from './text.ts';
import { type Arguments, LAKE, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

const MAX_NAMED = 10;
const SAMPLE = { rows: 10, bytes: 64_000_000 };

export const check: Verb = {
  operand: { text: 'FILE', required: false },
  description: `Binds the contracts and insights of the schemas folder, and prints everything that is wrong: file, line, reason and
what to write instead. Needs no lake.

FILE is an insight's file, or its name; or a contract's file. Of an insight that is right it prints the columns, the
key, what drives it, and, where there is a lake, the first ten rows of its newest partition as this SQL computes
them now. Changes nothing: what the audits say, and what becomes of the other partitions, shows "sluice plan".`,
  options: [
    SCHEMAS,
    LAKE,
    { name: 'no-rows', description: 'Do not compute rows: looks at no lake.' },
    tableOrJson(
      'right (true or false), definitions (number), aside (file, kind, names, message, messages, held); with FILE of an insight: insight (name, file, inputs, over, joined (name, by: own, theirs), partitionBy, window, key, columns, audits), sample (partition, columns, rows, rowCount; or problem).',
    ),
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice check', meaning: 'all definitions, before a commit' },
    {
      command: 'npx sluice check schemas/billing/insights/usage_daily.sql',
      meaning: 'one insight, while its SQL is written',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'what was asked about is right' },
    { code: FAULT, meaning: 'a definition is wrong, or held back by one; or there are none' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const needs = { landing: 'unused', lake: 'wanted', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects }) => {
    const found = chosen(effects.catalog, args.operand);
    const { insight } = found;
    if (insight === undefined) {
      await (format === 'json' ? terminal.json(checkedDocument(found)) : terminal.out(checkedLines(found)));
      return found.aside.length === 0 ? 0 : FAULT;
    }
    const sample = args.flag('no-rows') ? undefined : await insightSample(effects, insight, SAMPLE);
    await (format === 'json'
      ? terminal.json({ ...checkedDocument(found), ...insightDocument(insight, sample) })
      : terminal.out(insightLines(insight, sample, terminal.outColumns)));
    return 0;
  });
}

/** Throws UsageError if the schemas folder has no such definition. */
function chosen(catalog: Catalog, operand: string | undefined): Checked {
  const { datasets, aside } = catalog;
  const insights = catalog.derivations.filter(({ target }) => target.kind === 'insights');
  if (operand === undefined) {
    const held = new Set(aside.flatMap((one) => one.held));
    return { definitions: datasets.length + insights.length + aside.length + held.size, aside };
  }
  const isFile = (file: string) => resolve(file) === resolve(operand);
  const insight = insights.find(({ file, target }) => isFile(file) || target.name === operand);
  if (insight) return { definitions: 1, aside: [], insight };
  const wrong = aside.filter(({ file, names }) => isFile(file) || names.includes(operand));
  const own = datasets.filter(({ file, name }) => isFile(file) || name === operand);
  if (wrong.length + own.length > 0) return { definitions: wrong.length + own.length, aside: wrong };
  const name = /([^/\\]*?)(?:\.sql)?$/.exec(operand)?.[1] ?? operand;
  const holding = aside.filter(({ held }) => held.includes(name));
  if (holding.length > 0) return { definitions: 1, aside: holding };
  const names = [...datasets.map((dataset) => dataset.name), ...insights.map(({ target }) => target.name)];
  throw new UsageError(
    `${JSON.stringify(operand)} is not a definition in the schemas folder.${didYouMean(name, names)} Name the file of an insight or of a contract there, or the name of one of these: ${firstWords(names, MAX_NAMED)}`,
  );
}
