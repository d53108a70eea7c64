// Two validators' findings about one file, set side by side: what one has and the other has not.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldWords, ResourceWords } from '../../../lib/definitions/contract-schema.ts';
import type { Outcome } from '../sluice.ts';
import { CELL_DIFFERENCES } from './cell-differences.ts';
import { FILE_DIFFERENCES } from './file-differences.ts';

/** `line` is null where the file as a whole is meant, `field` '' where the record is. */
export type Finding = {
  readonly line: number | null;
  readonly field: string;
  readonly rule: string;
  readonly value: string | null;
};

/** `rows` is null where frictionless did not read the whole file. */
export type Answer = { readonly rows: number | null; readonly findings: readonly Finding[] };

/** `rule` is `rows` where each read another number of records. */
export type Disagreement = Finding & {
  readonly by: 'Sluice' | 'frictionless';
  readonly words: FieldWords | undefined;
  readonly resource: ResourceWords;
  readonly ours: readonly Finding[];
  readonly theirs: readonly Finding[];
};

export type Explanation = (disagreement: Disagreement) => boolean;

const EXPLANATIONS: Readonly<Record<string, Explanation>> = { ...CELL_DIFFERENCES, ...FILE_DIFFERENCES };

/** The names that stand in the table, in its order. */
export function tabledDifferences(): string[] {
  const table = readFileSync(join(import.meta.dirname, 'differences.md'), 'utf8');
  const names = [...table.matchAll(/^\| (?!difference )([^|]+?) \|/gm)].map(([, name = '']) => name);
  return names.filter((name) => !name.startsWith('---'));
}

export function explainedDifferences(): string[] {
  return Object.keys(EXPLANATIONS);
}

/** The name of the difference that a disagreement is a case of; undefined where none explains it. */
export function nameOf(disagreement: Disagreement): string | undefined {
  return Object.entries(EXPLANATIONS).find(([, explains]) => explains(disagreement))?.[0];
}

export function disagreements(contract: string, outcome: Outcome, answer: Answer): Disagreement[] {
  const resource = (JSON.parse(contract) as { resources: [ResourceWords] }).resources[0];
  const ours: Finding[] = [...outcome.violations];
  if (outcome.refused !== undefined) ours.push({ line: null, field: '', ...outcome.refused });
  const theirs = answer.findings;
  const context = { resource, ours, theirs };
  const place = ({ line, field, rule }: Finding) => JSON.stringify([line, field, rule]);
  const lacking = (one: readonly Finding[], other: readonly Finding[], by: Disagreement['by']) => {
    const places = new Set(other.map(place));
    return one.filter((finding) => !places.has(place(finding))).map((f) => ({ ...f, ...detail(f), by }));
  };
  const detail = ({ field }: Finding) => ({
    ...context,
    words: resource.schema.fields.find(({ name }) => name === field),
  });
  const counted = { line: null, field: '', rule: 'rows', value: `${outcome.rows} and ${answer.rows}` };
  const isCounted = answer.rows !== null && outcome.refused === undefined && answer.rows !== outcome.rows;
  return [
    ...lacking(ours, theirs, 'Sluice'),
    ...lacking(theirs, ours, 'frictionless'),
    ...(isCounted ? [{ ...counted, ...detail(counted), by: 'Sluice' as const }] : []),
  ];
}
