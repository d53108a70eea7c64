// Results of a lake's audits, as tables for people. Pure.
import type { AuditResult } from '../inspect/audit-lake.ts';
import { partitionLabel } from '../lake/partition.ts';
import { left, renderTable, right } from './table-text.ts';
import { apart, count, number, section } from './text.ts';

/** Lines without line ends. */
export function auditLines(results: readonly AuditResult[], maxWidth?: number): string[] {
  if (results.length === 0) return ['Nothing to audit.'];
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
    ...apart(
      results
        .filter(({ outcome }) => outcome === 'skipped')
        .map(({ name, audit, reason }) => `${name}, ${audit}: ${reason}`),
    ),
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
  return ['', ...section(`${severity}: ${audit}`, lines)];
}

function summary(results: readonly AuditResult[]): string {
  const outcomes = { pass: 'passed', warn: 'warned', fail: 'failed', skipped: 'skipped' } as const;
  const parts = Object.entries(outcomes).flatMap(([outcome, word]) => {
    const found = results.filter((result) => result.outcome === outcome).length;
    return found === 0 ? [] : [`${number(found)} ${word}`];
  });
  return `${count(results.length, 'audit')}: ${parts.join(', ')}.`;
}
