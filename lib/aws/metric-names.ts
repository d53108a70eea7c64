// The words under which functions are deployed and measured: the functions publish them, the stack watches them.

export const METRICS_NAMESPACE = 'Sluice';

export type FunctionName = 'ingest' | 'aggregate' | 'maintain';

export type MetricName =
  // ingest
  | 'rows'
  | 'quarantined'
  | 'rejectedFiles'
  | 'conflicts'
  // aggregate; lagSeconds: from a file's arrival to the rows that show it
  | 'lagSeconds'
  | 'recomputedPartitions'
  | 'failedAudits'
  | 'auditWarnings'
  // foreignCommits: of other programs, found and taken back. aggregate as well
  | 'foreignCommits'
  // maintain
  | 'behindFiles'
  | 'vanishedFiles'
  | 'unexaminedFiles'
  | 'sweptFiles';
