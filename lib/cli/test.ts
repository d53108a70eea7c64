// `sluice test`: plays the project's cases. Arguments in, summary out; lib/local/golden-cases.ts does the work.

import { csvRecord } from '../csv-record.ts';
import { CliError, UsageError } from '../errors.ts';
import type { CaseResult, Comparison } from '../local/golden-cases.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import { typed } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, number } from './text.ts';
import { type Arguments, SCHEMAS, type Verb } from './verb.ts';

export const test: Verb = {
  operand: { text: 'NAME', required: false, further: 'NAME …' },
  description: `A case is a folder schemas/<package>/tests/<case>. The files of its folder landing arrive in a lake of its own, in the
order of their names. Then each file of its folder expected is compared with the table or insight of its name:
the columns that its first line names, and all rows, in any order. NULL is empty, an empty text is "".
expected/refused.csv has what was refused: source, line, field, rule, value.

NAME is a package, a case, or package/case; without one, all cases are played.`,
  options: [
    SCHEMAS,
    {
      name: 'update',
      description:
        'Write expected/*.csv as the rows are now; for a new case a file for each table and insight with rows.',
    },
    tableOrJson(
      'passed, failed, cases (name, folder, passed, problems, comparisons (file, problem, columns, missing, surplus), updated).',
    ),
  ],
  examples: [
    { command: 'npx sluice test', meaning: 'all cases' },
    { command: 'npx sluice test example/refused-rows', meaning: 'one of them' },
    {
      command: 'npx sluice test --update',
      meaning: 'after a change that is meant; then read the difference',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'all passed' },
    { code: FAULT, meaning: 'a case failed, or there is none' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const schemas = args.value('schemas') ?? '';
  const started = Date.now();
  const chosen = await chosenCases(schemas, [args.operand ?? [], args.further].flat());
  const { playCase } = await import('../local/golden-cases.ts');
  const results: CaseResult[] = [];
  for (const one of chosen) {
    const result = await playCase(schemas, one, { update: args.flag('update') });
    results.push(result);
    if (format === 'table') await terminal.out(caseLines(result));
  }
  const failed = results.filter(({ passed }) => !passed).length;
  const passed = results.length - failed;
  if (format === 'json') await terminal.json({ passed, failed, cases: results });
  else
    await terminal.out([
      `${count(passed, 'case')} passed, ${number(failed)} failed, in ${duration(Date.now() - started)}.`,
    ]);
  return failed === 0 ? 0 : FAULT;
}

async function chosenCases(schemas: string, names: readonly string[]) {
  const { findCases } = await import('../local/golden-cases.ts');
  const cases = await findCases(schemas);
  if (cases.length === 0)
    throw new CliError(
      `There is no case in ${typed(schemas)}: put source files into ${typed(`${schemas}/<package>/tests/<case>/landing`)}, and run "npx sluice test --update".`,
    );
  for (const name of names)
    if (!cases.some((one) => isNamed(one.name, name)))
      throw new UsageError(
        `There is no case ${JSON.stringify(name)}. There are: ${cases.map((one) => one.name).join(', ')}`,
      );
  return names.length === 0 ? cases : cases.filter((one) => names.some((name) => isNamed(one.name, name)));
}

function isNamed(whole: string, name: string): boolean {
  return whole === name || whole.split('/').includes(name);
}

function caseLines({ name, folder, passed, problems, comparisons, updated }: CaseResult): string[] {
  return [
    `${passed ? 'passed' : 'FAILED'}  ${name}`,
    ...updated.map((file) => `  written: ${typed(`${folder}/expected/${file}`)}`),
    ...problems.map((problem) => `  ${problem}`),
    ...comparisons.flatMap(comparisonLines),
  ];
}

const MOST_ROWS = 10;

/** `-` is expected and missing, `+` is there and not expected, as in a diff of the expected file with the rows. */
function comparisonLines({ file, problem, columns, missing, surplus }: Comparison): string[] {
  if (problem !== undefined) return [`  expected/${file}: ${problem}`];
  if (missing.length + surplus.length === 0) return [];
  const rows = (sign: string, all: Comparison['missing']) => [
    ...all.slice(0, MOST_ROWS).map((row) => `    ${sign} ${csvRecord(row).trimEnd()}`),
    ...(all.length > MOST_ROWS ? [`    ${sign} … and ${number(all.length - MOST_ROWS)} more`] : []),
  ];
  return [
    `  expected/${file}: ${count(missing.length, 'row')} missing (-), ${number(surplus.length)} not expected (+)`,
    `      ${csvRecord(columns).trimEnd()}`,
    ...rows('-', missing),
    ...rows('+', surplus),
  ];
}
