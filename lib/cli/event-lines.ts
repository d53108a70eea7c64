// One line for each file that arrived, changed or was deleted: its outcome and what it refreshed. Pure.
import { basename } from 'node:path/posix';
import { type Catalog, landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { sameTable, type TableRef, tablePrefix } from '../core/insight.ts';
import { placedMessage } from '../core/violation-text.ts';
import type { Window } from '../core/window.ts';
import type { PartitionValues } from '../delta/actions.ts';
import type { SourceOutcome } from '../ingest/source-outcome.ts';
import { runRemarks } from '../inspect/delivery-remarks.ts';
import { partitionId, partitionLabel, partitionOf } from '../lake/partition.ts';
import { pathValues } from '../lake/path-values.ts';
import type { Round } from '../local/follow-landing.ts';
import type { RefreshOutcome } from '../refresh/refresh.ts';
import { shrunkText, unmatchedText } from './delivery-text.ts';
import { deadLetterLine } from './sync-text.ts';
import { count, duration, firstWords, number, supersededText } from './text.ts';

const MAX_PARTITIONS = 4;

/** `pathOf`: how a quarantine file's key is shown to people. */
export function eventLines(catalog: Catalog, round: Round, pathOf: (lakeKey: string) => string): string[] {
  const labels = round.outcomes.map((outcome) => sourceLabel(catalog, outcome));
  const lines = round.outcomes.flatMap((outcome, index) => {
    const label = labels[index] ?? '';
    const shared = labels.filter((other) => other === label).length > 1;
    return fileLines(
      catalog,
      round,
      outcome,
      shared ? `${label} (${basename(outcome.source)})` : label,
      pathOf,
    );
  });
  const failed = round.refreshed.flatMap(({ target, failed }) =>
    failed.map(
      ({ partition, message }) =>
        `${target.name}(${partitionLabel(partition)}) keeps its old rows: ${message}`,
    ),
  );
  const warned = round.refreshed.flatMap(({ target, warned }) =>
    warned.map(
      ({ partition, message }) => `${target.name}(${partitionLabel(partition)}) is published, but ${message}`,
    ),
  );
  return [
    ...lines,
    ...failed,
    ...warned,
    ...round.asideKeys.map((key) => `${key} waits: ${catalog.asideOf(key)?.error.message}`),
    ...round.deadLetters.map((letter) => `failed: ${deadLetterLine(letter)}; the next sync tries it again`),
  ];
}

function fileLines(
  catalog: Catalog,
  round: Round,
  outcome: SourceOutcome,
  label: string,
  pathOf: (key: string) => string,
): string[] {
  const { result, report, source } = outcome;
  switch (result) {
    case 'accepted':
      return [
        `${label} accepted ${count(report?.accepted ?? 0, 'row')}${supersededText(report?.superseded)}${quarantined(outcome)}${skipped(outcome)}${effect(catalog, round, outcome)}`,
        ...remarks(outcome),
        ...example(outcome, pathOf),
      ];
    case 'withdrawn':
      return [
        `${label} withdrawn ${count(outcome.withdrawnRows ?? 0, 'row')}${effect(catalog, round, outcome)}`,
      ];
    case 'rejected':
      return [
        `${label} rejected: ${report?.reason?.message ?? 'no reason given'}${report?.reason?.rule === 'duplicate' ? '' : `; the previous rows of ${source} are kept`}`,
      ];
    case 'kept':
      return [`${label} is gone from landing; its rows are kept`];
    case 'unknown':
      return [`${source} matches no dataset (reported once)`];
    case 'running':
      return [`${label} is read elsewhere: "npx sluice jobs" shows how far it is`];
    case 'unchanged':
      return [];
  }
}

function remarks(outcome: SourceOutcome): string[] {
  const { shrunk, unmatched, duplicates } = runRemarks([outcome]);
  return [
    ...shrunk.map((file) => `  ${shrunkText(file)}`),
    ...unmatched.map((labels) => `  it ${unmatchedText(labels)}: a renamed column?`),
    ...duplicates.map(([first]) => `  it has the same rows as ${first}, so they are counted more than once`),
  ];
}

function quarantined({ report }: SourceOutcome): string {
  return report && report.quarantined > 0 ? `, quarantined ${number(report.quarantined)}` : '';
}

function skipped({ report }: SourceOutcome): string {
  if (report?.skipped === undefined) return '';
  return report.skipped === report.rows
    ? ', skipped all of its records'
    : `, skipped ${number(report.skipped)}`;
}

function example({ report }: SourceOutcome, pathOf: (key: string) => string): string[] {
  const [first] = report?.examples ?? [];
  if (report === undefined || first === undefined) return [];
  const more = report.quarantine === undefined ? '' : `; see ${pathOf(report.quarantine)}`;
  return [`  ${placedMessage(first)}${more}`];
}

/** `billing 2024-01-02`, named by the key's folders, otherwise by the partitions of its rows, otherwise by the file's name. */
function sourceLabel(catalog: Catalog, { source, dataset: name, partitions }: SourceOutcome): string {
  const dataset = catalog.datasets.find((candidate) => candidate.name === name);
  if (dataset === undefined) return source;
  const fromPath = pathPartition(dataset, source);
  const labels = fromPath
    ? [partitionLabel(fromPath)]
    : [...new Set(partitions.map(partitionLabel))].filter((label) => label !== 'all');
  return `${dataset.name} ${labels.length === 0 ? basename(source) : firstWords(labels, MAX_PARTITIONS)}`;
}

function pathPartition(dataset: Dataset, key: string): PartitionValues | undefined {
  const { values } = pathValues(dataset, key);
  const found = dataset.partitionBy.map(
    ({ name, field, transform }) => [name, transform === 'identity' ? values.get(field) : undefined] as const,
  );
  if (found.length === 0 || found.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(found.map(([name, value]) => [name, value ?? null]));
}

function effect(catalog: Catalog, round: Round, outcome: SourceOutcome): string {
  const refreshed = refreshedBy(catalog, outcome, round.refreshed);
  return `${refreshed.length === 0 ? '' : `; refreshed ${refreshed.join(', ')}`} (${duration(round.ms)})`;
}

/** `usage_daily(2024-01-02)`: the refreshed partitions that this file's partitions contributed to. */
function refreshedBy(
  catalog: Catalog,
  outcome: SourceOutcome,
  refreshed: readonly RefreshOutcome[],
): string[] {
  const dataset = catalog.datasets.find(({ name }) => name === outcome.dataset);
  if (dataset === undefined) return [];
  const downstream = tablesDownstream(catalog, landingTable(dataset));
  const labels = new Map<string, Set<string>>();
  for (const { target, published, dropped } of refreshed) {
    const reached = downstream.find(({ table }) => sameTable(table, target));
    if (reached === undefined) continue;
    const known = labels.get(target.name) ?? new Set();
    for (const partition of [...published, ...dropped])
      if (concerns(partition, outcome.partitions, reached.windows)) known.add(partitionLabel(partition));
    if (known.size > 0) labels.set(target.name, known);
  }
  return [...labels].map(([name, partitions]) =>
    partitions.has('all') ? name : `${name}(${firstWords([...partitions], MAX_PARTITIONS)})`,
  );
}

/** `windows`: on the way, so that other partitions than the file's own are touched, too. */
type Downstream = { readonly table: TableRef; readonly windows: readonly Window[] };

function tablesDownstream(catalog: Catalog, table: TableRef): Downstream[] {
  const found = new Map<string, Downstream>();
  const visit = (from: TableRef, before: readonly Window[]) => {
    for (const { target, window } of catalog.dependents(from)) {
      const known = found.get(tablePrefix(target))?.windows;
      const windows = [...new Set([...(known ?? []), ...before, ...(window ? [window] : [])])];
      if (known?.length === windows.length) continue;
      found.set(tablePrefix(target), { table: target, windows });
      visit(target, windows);
    }
  };
  visit(table, []);
  return [...found.values()];
}

/** True if one of the file's partitions agrees in the shared columns, except in those along which windows reach further. */
function concerns(
  partition: PartitionValues,
  touched: readonly PartitionValues[],
  windows: readonly Window[],
): boolean {
  const isCompared = (name: string) => windows.every(({ equal }) => equal.includes(name));
  return touched.some((values) => {
    const shared = Object.keys(partition).filter((name) => name in values && isCompared(name));
    return partitionId(partitionOf(values, shared)) === partitionId(partitionOf(partition, shared));
  });
}
