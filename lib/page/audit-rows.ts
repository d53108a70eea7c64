// An insight's audits with how they ended in the newest versions, from its log. Pure.
import { parseLogJson } from '../core/log-json.ts';
import type { TableLog } from '../inspect/table-log.ts';
import { auditsOf } from '../refresh/audit.ts';
import type { AuditRow } from './insight-documents.ts';
import type { ShownTable } from './shown-table.ts';

type Run = AuditRow['runs'][number];
/** In a commit's operationMetrics: see auditMetrics. */
type Tried = { readonly audit: string; readonly severity: string; readonly failed: number };

const MAX_RUNS = 30;

/** Those that it has now: what no definition asks for any more is left out. */
export function auditRows({ derivation, log }: ShownTable): AuditRow[] {
  const runs = runsByAudit(log);
  return auditsOf(derivation, {}).map(({ name, severity, sql }) => ({
    name,
    severity,
    sql,
    runs: runs.get(name) ?? [],
  }));
}

/** The newest first. */
function runsByAudit(log: TableLog): Map<string, Run[]> {
  const runs = new Map<string, Run[]>();
  for (let version = log.newest; version >= 0; version--) {
    const text = log.info(version)?.operationMetrics?.audits;
    if (text === undefined) continue;
    const committedAt = new Date(log.timeOf(version)).toISOString();
    for (const tried of parseLogJson<readonly Tried[]>(text, 'operationMetrics.audits')) {
      const own = runs.get(tried.audit) ?? [];
      runs.set(tried.audit, own);
      if (own.length < MAX_RUNS) own.push({ version, committedAt, outcome: outcomeOf(tried) });
    }
  }
  return runs;
}

/** Over the partitions of one version. */
function outcomeOf({ severity, failed }: Tried): Run['outcome'] {
  if (failed === 0) return 'passed';
  return severity === 'warn' ? 'warned' : 'failed';
}
