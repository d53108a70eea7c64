// Names of the functions and their metrics: the functions publish them, the stack watches them.

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
  // foreignCommits: by other programs, found and reverted; also published by aggregate
  | 'foreignCommits'
  // maintain
  | 'behindFiles'
  | 'vanishedFiles'
  | 'overdueFiles'
  | 'unexaminedFiles'
  | 'sweptFiles'
  | 'failedPages'
  // of an installation with Spark alone; failedJobs: runs that failed, and at each reconcile the jobs that are tried no more
  | 'failedJobs'
  | 'longestJobMinutes';
