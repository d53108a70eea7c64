// A lake's status as tables for people and as one JSON document for programs. Pure.

import { tablePrefix } from '../core/insight.ts';
import { foreignText } from '../delta/foreign-text.ts';
import type { RefusedChange } from '../evolve/apply.ts';
import type { SettledFile } from '../inspect/dataset-status.ts';
import type { JobState } from '../inspect/job-states.ts';
import type { LakeStatus } from '../inspect/lake-status.ts';
import { partitionLabel } from '../lake/partition.ts';
import type { DeadLetter } from '../local/local-queues.ts';
import { asideDocument, asideLines, failureLines } from './aside-text.ts';
import { remarkSections, sharedKeysLine, waitingSection } from './delivery-text.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { jobLine } from './jobs-text.ts';
import { OVERDUE_TITLE, overdueLines, overduePeriods } from './overdue-text.ts';
import { deadLetterLine, rejectedLine, UNSEEN_TITLE, unseenLine } from './sync-text.ts';
import { left, renderTable, right } from './table-text.ts';
import { apart, count, JSON_HAS_ALL, number, section, timeText } from './text.ts';

export type FoundStatus = LakeStatus & {
  readonly landing: string;
  readonly lake: string;
  /** Without the folder, waiting and vanished files are unknown. */
  readonly hasLanding: boolean;
  readonly deadLetters: readonly DeadLetter[];
  readonly refused: readonly RefusedChange[];
  readonly jobs: readonly JobState[];
};

/** Lines without line ends. */
export function statusLines(status: FoundStatus, maxWidth?: number): string[] {
  return [
    `landing  ${status.landing}${status.hasLanding ? '' : '  (folder does not exist)'}`,
    `lake     ${status.lake}`,
    '',
    ...datasetTable(status, maxWidth),
    '',
    ...derivedTable(status, maxWidth),
    ...attention(status),
  ];
}

function datasetTable({ datasets, hasLanding }: FoundStatus, maxWidth?: number): string[] {
  const skips = datasets.some(({ skippedRows }) => skippedRows > 0);
  const columns = [
    left('dataset'),
    right('files'),
    right('rows'),
    right('quarantined'),
    ...(skips ? [right('skipped')] : []),
    right('rejected'),
    right('waiting'),
    right('vanished'),
    left('last arrival'),
    right('version'),
  ];
  const rows = datasets.map((dataset) => [
    dataset.dataset,
    number(dataset.files),
    number(dataset.rows),
    number(dataset.openQuarantinedRows),
    ...(skips ? [number(dataset.skippedRows)] : []),
    hasLanding ? number(dataset.rejected.length) : '?',
    hasLanding ? number(dataset.waiting) : '?',
    hasLanding ? number(dataset.vanished.length) : '?',
    dataset.lastArrival === null ? '–' : timeText(dataset.lastArrival),
    versionText(dataset.version),
  ]);
  return renderTable(columns, rows, maxWidth);
}

function derivedTable({ derived }: FoundStatus, maxWidth?: number): string[] {
  const columns = [
    left('insight or table'),
    right('partitions'),
    right('rows'),
    right('stale'),
    right('warnings'),
    right('behind'),
    right('version'),
  ];
  const rows = derived.map((table) => [
    table.table.name,
    number(table.partitions),
    number(table.rows),
    number(table.stale.length),
    number(table.warnings.length),
    table.behind === null ? '–' : number(table.behind),
    versionText(table.version),
  ]);
  return renderTable(columns, rows, maxWidth);
}

function versionText(version: number | null): string {
  return version === null ? '–' : String(version);
}

function attention(status: FoundStatus): string[] {
  const { datasets, derived, unknown, unseen, refused, deadLetters } = status;
  const rejected = datasets.flatMap((dataset) => dataset.rejected);
  const waits = datasets.some(({ waiting }) => waiting > 0) || derived.some(({ behind }) => behind !== 0);
  const blocks = [
    asideLines(status.aside, status.asideKeys),
    failureLines(status.failures),
    section('Incomplete logs:', [...status.logs, ...derived.flatMap(({ problems }) => problems)]),
    section(
      'Changed by other programs ("npx sluice sync" reverts it; "npx sluice drop" removes a table without a definition):',
      status.foreign.flatMap(({ table, commits }) =>
        commits.map((commit) => `${table}, ${foreignText(commit)}`),
      ),
    ),
    section(
      'Held back:',
      refused.flatMap(({ lines }) => lines),
    ),
    section(UNSEEN_TITLE, unseen.map(unseenLine)),
    section(
      'Rejected files (previous rows kept):',
      rejected.filter(({ reason }) => reason?.rule !== 'duplicate').map(rejectedLine),
    ),
    section(
      'Duplicates (rows counted once):',
      rejected.filter(({ reason }) => reason?.rule === 'duplicate').map(rejectedLine),
    ),
    section(OVERDUE_TITLE, status.hasLanding ? overdueLines(datasets) : [], { more: JSON_HAS_ALL }),
    settledLines(datasets.flatMap(({ settled }) => settled)),
    waitingSection(datasets),
    ...remarkSections(datasets),
    ...sharedKeysLine(datasets.flatMap(({ dataset, mayShareKeys }) => (mayShareKeys ? [dataset] : []))).map(
      (line) => [line],
    ),
    section('Running elsewhere ("npx sluice jobs" has more):', status.jobs.map(jobLine)),
    section(
      'Stale partitions (previous rows kept):',
      derived.flatMap(({ table, stale }) =>
        stale.map(({ partition, message }) => `${table.name}(${partitionLabel(partition)}): ${message}`),
      ),
    ),
    section(
      'Published with audit warnings:',
      derived.flatMap(({ table, warnings }) =>
        warnings.map(({ partition, message }) => `${table.name}(${partitionLabel(partition)}): ${message}`),
      ),
    ),
    section('These match no dataset:', unknown),
    section('Failed (the next sync retries them):', deadLetters.map(deadLetterLine)),
    section(
      'Vanished from landing, but still in the lake ("npx sluice sync --prune" withdraws them):',
      vanishedSources(status).map(({ source, dataset }) => `${source} (${dataset})`),
    ),
    section('Tables without a definition ("npx sluice drop" removes one):', status.left),
    waits ? ['The lake is behind: "npx sluice sync" brings it up to date.'] : [],
  ];
  return blocks.flatMap(apart);
}

function settledLines({ length }: readonly SettledFile[]): string[] {
  if (length === 0) return [];
  const what = `${count(length, 'refused file')} ${length === 1 ? 'is' : 'are'} settled and not counted above`;
  return [`${what}: "npx sluice rejects --all" shows why.`];
}

function vanishedSources({ datasets, hasLanding }: FoundStatus) {
  if (!hasLanding) return [];
  return datasets.flatMap(({ dataset, vanished }) => vanished.map((source) => ({ source, dataset })));
}

/** 0: nothing is faulty, rejected, missing, overdue, stale or foreign; waiting files and partitions that are behind are not faults. */
export function statusExitCode(status: FoundStatus): number {
  const { datasets, derived, deadLetters, refused, aside, failures, logs, unseen, foreign, hasLanding } =
    status;
  const faults = [deadLetters, refused, aside, failures, logs, unseen];
  if (faults.some(({ length }) => length > 0)) return FAULT;
  const rejected = hasLanding ? datasets.flatMap((dataset) => dataset.rejected).length : 0;
  const overdue = hasLanding ? overduePeriods(datasets) : 0;
  const stale = derived.flatMap((table) => [...table.stale, ...table.problems]).length;
  const missing = vanishedSources(status).length + overdue;
  return rejected + stale + foreign.length + missing > 0 ? NEEDS_ATTENTION : 0;
}

/** See `sluice status --help`: programs read these property names. */
export function statusDocument(status: FoundStatus): unknown {
  const known = <T>(value: T): T | null => (status.hasLanding ? value : null);
  return {
    landing: status.landing,
    lake: status.lake,
    datasets: status.datasets.map(({ rejected, waiting, vanished, overdue, ...dataset }) => ({
      ...dataset,
      rejected: known(rejected.map(({ source, reason }) => ({ source, reason: reason?.message ?? null }))),
      waiting: known(waiting),
      vanished: known(vanished.length),
      vanishedSources: known(vanished),
      overdue: known(overdue),
    })),
    derived: status.derived.map(({ table, ...rest }) => ({
      table: tablePrefix(table),
      name: table.name,
      ...rest,
    })),
    unknown: known(status.unknown),
    unseen: known(status.unseen),
    left: status.left,
    foreign: status.foreign,
    logs: status.logs,
    refused: status.refused.map(({ dataset, message, held }) => ({
      dataset,
      message,
      held: held.map(tablePrefix),
    })),
    deadLetters: status.deadLetters,
    jobs: status.jobs,
    aside: asideDocument(status.aside),
    asideKeys: known(status.asideKeys),
    failures: status.failures.map(({ table, message }) => ({ table, message })),
  };
}
