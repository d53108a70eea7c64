// The result of a sync: as lines for people, and as an exit code. Pure.
import { tablePrefix } from '../core/insight.ts';
import { foreignText } from '../delta/foreign-text.ts';
import type { Report } from '../ingest/report.ts';
import { partitionLabel } from '../lake/partition.ts';
import type { Redefinition } from '../local/follow-definitions.ts';
import type { DeadLetter } from '../local/local-queues.ts';
import type { SyncResult } from '../local/sync-lake.ts';
import type { Unseen } from '../ports.ts';
import { asideLines, failureLines } from './aside-text.ts';
import { remarkSections, sharedKeysLine, waitingSection } from './delivery-text.ts';
import { FAULT, NEEDS_ATTENTION } from './exit-codes.ts';
import { partitionCounts, remarks, rowTotals, totals } from './sync-counts.ts';
import { count, duration, firstWords, number, section, supersededText } from './text.ts';

const MAX_NAMED = 10;

export function syncExitCode(result: SyncResult): number {
  const { deadLetters, refused, failed, aside, rejected, stale, vanished, undone, unseen } = result;
  if (deadLetters.length + refused.length + failed.length + aside.length + unseen.length > 0) return FAULT;
  return rejected.length + stale.length + vanished.length + undone.length > 0 ? NEEDS_ATTENTION : 0;
}

/** Lines without line ends. */
export function syncLines(result: SyncResult): string[] {
  return [...summary(result), ...attention(result)];
}

function summary(result: SyncResult): string[] {
  const files = totals(result);
  const tables = partitionCounts(result);
  const seconds = duration(result.ms);
  const { accepted, rejected, settled, withdrawn, kept, unknown, running } = files;
  const isIdle =
    accepted + withdrawn + unknown + running === 0 &&
    !result.outcomes.some((outcome) => outcome.result === 'rejected') &&
    tables.length === 0 &&
    result.deadLetters.length === 0 &&
    result.refused.length + result.failed.length + result.undone.length === 0 &&
    result.applied.length === 0;
  const vanished = result.vanished.length;
  const waiting = result.aside.length > 0 ? 'Nothing was read' : 'Nothing to read';
  if (isIdle && result.finished)
    return [
      `${vanished + result.aside.length === 0 ? 'Nothing to do' : waiting}: ${count(files.unchanged, 'file')} unchanged${rejected > 0 ? `, ${number(rejected)} rejected` : ''}${settled > 0 ? `, ${number(settled)} settled` : ''}${kept > 0 ? `, ${number(kept)} kept` : ''}${vanished > 0 ? `, ${number(vanished)} vanished` : ''} (${seconds}).`,
    ];
  const rows = rowTotals(result);
  const parts = (
    ['accepted', 'rejected', 'settled', 'withdrawn', 'unchanged', 'kept', 'unknown', 'running'] as const
  ).filter((name) => files[name] > 0);
  const partitions = tables.reduce((sum, table) => sum + table.partitions, 0);
  return [
    ...contractLines(result),
    `Files: ${parts.length === 0 ? 'none' : parts.map((name) => `${number(files[name])} ${name}`).join(', ')}`,
    `Rows: ${number(rows.accepted)} accepted${supersededText(rows.superseded)}, ${number(rows.quarantined)} quarantined${rows.skipped > 0 ? `, ${number(rows.skipped)} skipped` : ''}${rows.withdrawn > 0 ? `, ${number(rows.withdrawn)} withdrawn` : ''}`,
    `Refreshed: ${
      tables.length === 0
        ? 'nothing'
        : `${count(partitions, 'partition')} of ${firstWords(
            tables.map((table) => `${table.table} (${number(table.partitions)})`),
            MAX_NAMED,
          )}`
    }`,
    `${result.finished ? 'Done' : 'Stopped'} after ${seconds}.`,
  ];
}

/** Which contracts changed, and how many files were read for them. */
function contractLines({ applied, outcomes }: SyncResult): string[] {
  return applied
    .filter(({ change, isComputed }) => !isComputed && change !== 'created')
    .map(({ table, change }) => {
      const again = outcomes.filter(({ dataset, report }) => dataset === table.name && report).length;
      return `Contract of ${table.name} changed${change === 'widened' ? ', columns widened in all data files' : ''}: ${count(again, 'file')} read under it`;
    });
}

/** What needs attention. */
function attention(result: SyncResult): string[] {
  const { outcomes, refused, rejected, stale, vanished, absent, deadLetters } = result;
  const unknown = outcomes.filter(({ result }) => result === 'unknown');
  const quarantined = rowTotals(result).quarantined;
  const isDuplicate = ({ reason }: Report) => reason?.rule === 'duplicate';
  return [
    ...asideLines(result.aside, result.asideKeys),
    ...failureLines(result.failed),
    ...heldLines(result.failed),
    ...section(
      'Held back (all other datasets were processed):',
      refused.flatMap(({ lines, held }) => [
        ...lines,
        ...(held.length === 0
          ? []
          : [
              `  also held back: ${firstWords(
                held.map(({ name }) => name),
                MAX_NAMED,
              )}`,
            ]),
      ]),
      { most: Number.POSITIVE_INFINITY },
    ),
    ...section(
      'Changed by other programs and reverted (landing is the source of truth; other programs should only read):',
      result.undone.flatMap(({ table, commits }) =>
        commits.map((commit) => `${tablePrefix(table)}, ${foreignText(commit)}`),
      ),
    ),
    ...section(UNSEEN_TITLE, result.unseen.map(unseenLine)),
    ...(quarantined > 0 ? [`Quarantined: "npx sluice rejects" shows which rows and why.`] : []),
    ...section(
      'Rejected files (previous rows kept):',
      rejected.filter((report) => !isDuplicate(report)).map(rejectedLine),
    ),
    ...section('Duplicates (rows counted once):', rejected.filter(isDuplicate).map(rejectedLine)),
    ...waitingSection(result.waitingDeliveries),
    ...remarkSections(remarks(result)).flat(),
    ...sharedKeysLine(result.mayShareKeys),
    ...section(
      'Stale partitions (previous rows kept):',
      stale.map(({ table, partition, message }) => `${table.name}(${partitionLabel(partition)}): ${message}`),
    ),
    ...section(
      'Published with audit warnings:',
      result.refreshed.flatMap(({ target, warned }) =>
        warned.map(({ partition, message }) => `${target.name}(${partitionLabel(partition)}): ${message}`),
      ),
    ),
    ...section(
      'These match no dataset (reported once):',
      unknown.map(({ source }) => source),
    ),
    ...section('Neither in landing nor in the lake:', absent),
    ...section(
      'Vanished from landing, but still in the lake (--prune withdraws them):',
      vanished.map(({ source, dataset }) => `${source} (${dataset})`),
    ),
    ...section('Failed (the next sync retries them):', deadLetters.map(deadLetterLine), {
      most: Number.POSITIVE_INFINITY,
    }),
  ];
}

function heldLines(failed: SyncResult['failed']): string[] {
  const held = [...new Set(failed.flatMap(({ held }) => held.map(({ name }) => name)))];
  return held.length === 0 ? [] : [`    also held back: ${firstWords(held, MAX_NAMED)}`];
}

export const UNSEEN_TITLE = 'Parts of landing that cannot be read (their rows in the lake are kept):';

export function unseenLine({ key, problem }: Unseen): string {
  return `${key}: ${problem}`;
}

export function rejectedLine({ source, dataset, reason }: Report): string {
  return `${source} (${dataset}): ${reason?.message ?? 'no reason given'}`;
}

export function deadLetterLine({ message, error }: DeadLetter): string {
  return `${'source' in message ? message.source : tablePrefix(message.target)}: ${error}`;
}

/** The outcome of changed definitions, before they are applied to the lake. */
export function redefinitionLines({ changed, gone, refused, problem }: Redefinition): string[] {
  return [
    ...(problem === undefined
      ? []
      : [`The definitions cannot be read; the previous ones stay in effect: ${problem}`]),
    ...(changed.length === 0 ? [] : [`Definitions changed: ${firstWords(changed, MAX_NAMED)}`]),
    ...gone.map((table) => `${table} has no definition any more: its rows are kept and not updated`),
    ...refused.flatMap(({ error }) =>
      error.lines.map((line) => `Not applied, the previous text stays in effect: ${line}`),
    ),
  ];
}
