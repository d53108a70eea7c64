// `sluice audit`: runs all audits on the live rows, and checks the keys and foreign keys of contracts. Read-only.

import { didYouMean } from '../core/did-you-mean.ts';
import { type TableRef, tablePrefix } from '../core/insight.ts';
import { CliError } from '../errors.ts';
import { type AuditResult, auditForeignKeys, auditInsight, auditKeys } from '../inspect/audit-lake.ts';
import { datasetOfHistory } from '../inspect/other-names.ts';
import type { Effects } from '../lake/effects.ts';
import { goingOn, type TableFailure } from '../table-failures.ts';
import { asideDocument, asideLines, failureLines } from './aside-text.ts';
import { auditLines } from './audit-text.ts';
import { chosenFormat, TABLE_OR_JSON, tableOrJson } from './choices.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { apart } from './text.ts';
import { type Arguments, LAKE, SCHEMAS, VERBOSE, type Verb } from './verb.ts';
import { withLake } from './with-lake.ts';

export const audit: Verb = {
  operand: { text: 'NAME', required: false },
  description: `NAME is an insight, a dataset or its history; without it, everything is audited. Audits of insights (key, accepted
values, ranges, relationships and SELECTs) and of histories (key) run partition by partition on the live rows, as
they did before these were published. Keys of contracts (primaryKey, unique, foreignKeys) are checked across whole tables: two files may
share a key, and a fact may arrive before its dimension, so neither refuses a row on arrival; a shared key is a
warning. maxRowChange compares two versions and is reported by "sluice status". Changes nothing.`,
  options: [
    tableOrJson(
      'audits (name, audit, severity, outcome, partitions, failures), failures (table, message), aside (file, kind, names, message, messages, held).',
    ),
    LAKE,
    SCHEMAS,
    VERBOSE,
  ],
  examples: [
    { command: 'npx sluice audit', meaning: 'everything' },
    { command: 'npx sluice audit spend_by_month', meaning: 'one insight' },
    {
      command: `npx sluice audit --format json | jq '.audits[] | select(.outcome == "fail")'`,
      meaning: 'what fails, with examples',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'no audit of severity error failed; warnings are printed' },
    { code: NEEDS_ATTENTION, meaning: 'an audit failed' },
    {
      code: FAULT,
      meaning:
        'NAME or the lake does not exist, or a table or a definition cannot be read: it is reported, and everything else is audited',
    },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, TABLE_OR_JSON);
  const needs = { landing: 'unused', lake: 'required', writes: false } as const;
  return withLake(args, terminal, needs, async ({ effects }) => {
    const failures: TableFailure[] = [];
    const audits = await auditAll(effects, args.operand, failures);
    const { aside } = effects.catalog;
    const document = { audits, failures, aside: asideDocument(aside) };
    const lines = [
      ...auditLines(audits, terminal.outColumns),
      ...apart(asideLines(aside)),
      ...apart(failureLines(failures)),
    ];
    await (format === 'json' ? terminal.json(document) : terminal.out(lines));
    if (failures.length + aside.length > 0) return FAULT;
    return audits.some(({ outcome }) => outcome === 'fail') ? NEEDS_ATTENTION : 0;
  });
}

async function auditAll(
  effects: Effects,
  name: string | undefined,
  failures: TableFailure[],
): Promise<AuditResult[]> {
  const isMeant = (candidate: string) => name === undefined || candidate.toLowerCase() === name.toLowerCase();
  const { catalog } = effects;
  const isHistory = (table: TableRef) => datasetOfHistory(catalog, table) !== undefined;
  const computed = catalog.derivations.filter(
    ({ target }) => target.kind === 'insights' || isHistory(target),
  );
  const chosen = computed.filter(({ target }) => isMeant(target.name));
  const datasets = catalog.datasets.filter((dataset) => isMeant(dataset.name));
  if (name !== undefined && chosen.length + datasets.length === 0) {
    const by = catalog.asideNamed(name);
    if (by) throw by.error;
    const names = [...computed.map(({ target }) => target.name), ...catalog.datasets.map((d) => d.name)];
    throw new CliError([
      `There is no insight or dataset ${JSON.stringify(name)}.${didYouMean(name, names)}`,
      `There are: ${names.join(', ')}`,
    ]);
  }
  const results: AuditResult[] = [];
  for (const dataset of datasets)
    await goingOn(failures, `tables/${dataset.name}`, async () => {
      results.push(...(await auditKeys(effects, dataset)));
      results.push(...(await auditForeignKeys(effects, dataset)));
    });
  for (const derivation of chosen)
    await goingOn(failures, tablePrefix(derivation.target), async () => {
      results.push(...(await auditInsight(effects, derivation)));
    });
  return results;
}
