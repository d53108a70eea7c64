// What the audits of a lake found, as tables for people. Pure.
import type { AuditResult } from '../inspect/audit-lake.ts';
import { partitionLabel } from '../lake/partition.ts';
import { renderTable } from './table-text.ts';
import { count, firstLines, number } from './text.ts';

const MAX_NAMED = 10;
const right = (name: string) => ({ name, right: true });
const left = (name: string) => ({ name, right: false });

/** Lines without line ends. */
export function auditLines(results: readonly AuditResult[], maxWidth?: number): string[] {
  if (results.length === 0) return ['There is nothing to audit.'];
  const columns = [
    left('insight or dataset'),
    left('audit'),
    left('outcome'),
    right('partitions'),
    right('failed'),
    right('offending rows'),
  ];
  const rows = results.map(({ name, audit, outcome, partitions, failures }) => [
    name,
    audit,
    outcome,
    outcome === 'skipped' ? '–' : number(partitions),
    outcome === 'skipped' ? '–' : number(failures.length),
    outcome === 'skipped' ? '–' : number(failures.reduce((sum, { offending }) => sum + (offending ?? 0), 0)),
  ]);
  return [
    ...renderTable(columns, rows, maxWidth),
    ...results.flatMap(findings),
    ...results
      .filter(({ outcome }) => outcome === 'skipped')
      .flatMap(({ name, audit, reason }, i) => [...(i === 0 ? [''] : []), `${name}, ${audit}: ${reason}`]),
    '',
    summary(results),
  ];
}

function findings({ name, audit, severity, failures }: AuditResult): string[] {
  if (failures.length === 0) return [];
  const lines = failures.map(
    ({ partition, offending, example }) =>
      `${name}(${partitionLabel(partition)}): ${offending === null ? example : `${count(offending, 'offending row')}, such as ${example}`}`,
  );
  return ['', `${severity}: ${audit}`, ...firstLines(lines, MAX_NAMED).map((line) => `  ${line}`)];
}

function summary(results: readonly AuditResult[]): string {
  const outcomes = { pass: 'passed', warn: 'warned', fail: 'failed', skipped: 'skipped' } as const;
  const parts = Object.entries(outcomes).flatMap(([outcome, word]) => {
    const found = results.filter((result) => result.outcome === outcome).length;
    return found === 0 ? [] : [`${number(found)} ${word}`];
  });
  return `${count(results.length, 'audit')}: ${parts.join(', ')}.`;
}
