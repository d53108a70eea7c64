// A plan of definitions as lines for people and as one JSON document. Pure.
import type { CountedChange, CountedPlan } from '../inspect/count-plan.ts';
import type { PlannedChange } from '../inspect/definition-plan.ts';
import type { MovedTotals } from '../inspect/moved-totals.ts';
import { partitionLabel } from '../lake/partition.ts';
import { asideDocument, failureLines } from './aside-text.ts';
import {
  countedOf,
  countsFacts,
  countsHeadline,
  type Fact,
  hasDoubles,
  TOTALS_COLUMNS,
  totalsFacts,
  totalsHeadline,
  totalsRows,
} from './plan-counts-text.ts';
import { left, renderTable, right } from './table-text.ts';
import { bytes, count, JSON_HAS_ALL, number, restLine } from './text.ts';

export type FoundPlan = CountedPlan & {
  readonly landing: string;
  readonly lake: string;
  /** False if rows and totals were not to be counted. */
  readonly counted: boolean;
};

/** How much of a long list is shown. */
const MOST = { items: 5, partitions: 5 };

export const PLAN_COLUMNS = [
  left('table'),
  left('change'),
  right('partitions'),
  right('source files'),
  right('reads'),
  left('which'),
  left('why'),
];

/** Lines without line ends. */
export function planLines(plan: FoundPlan, maxWidth?: number): string[] {
  return [
    `landing  ${plan.landing}`,
    `lake     ${plan.lake}`,
    '',
    ...(plan.changes.length === 0
      ? []
      : [...renderTable(PLAN_COLUMNS, plan.changes.map(planCells), maxWidth), '']),
    ...plan.changes.flatMap((change) => countedLines(change, maxWidth)),
    ...(plan.broken.length === 0 ? [] : ['Broken:', ...plan.broken.map((problem) => `  ${problem}`), '']),
    ...(plan.failures.length === 0 ? [] : [...failureLines(plan.failures), '']),
    planSummary(plan),
    ...(plan.counted ? [] : [NOT_COUNTED]),
  ];
}

export const NOT_COUNTED = 'Rows and totals were not counted (--no-counts).';

/** What was counted of a change, with an empty line after it; [] if nothing was. */
function countedLines(change: CountedChange, maxWidth: number | undefined): string[] {
  const { counts, totals, notCounted } = change;
  const { table, when } = countedOf(change);
  const lines = [
    ...(counts === undefined ? [] : [`${table}${when}: ${countsHeadline(counts)}`]),
    ...(counts === undefined ? [] : countsFacts(counts, MOST.items).flatMap(factLines)),
    ...(totals === undefined ? [] : [`${table}${when}: ${totalsHeadline(totals)}`]),
    ...(totals === undefined ? [] : totalsLines(change, totals, maxWidth)),
    ...(notCounted === undefined
      ? []
      : [`${table} is not counted${counts || totals ? ' in full' : ''}: ${notCounted}`]),
  ];
  return lines.length === 0 ? [] : [...lines, ''];
}

function factLines({ text, items, more }: Fact): string[] {
  const rest = more === 0 ? [] : [`    … and ${number(more)} more`];
  return [
    `  ${text}${items.length === 0 ? '' : ':'}`,
    ...items.map((item) => `    ${item}`),
    ...(items.length === 0 ? [] : rest),
  ];
}

function totalsLines(change: CountedChange, totals: MovedTotals, maxWidth: number | undefined): string[] {
  const rows = totalsRows(totals, MOST.partitions);
  const width = maxWidth === undefined ? undefined : maxWidth - 2;
  const rest = totals.partitions.length - MOST.partitions;
  return [
    ...(rows.length === 0 ? [] : renderTable(TOTALS_COLUMNS, rows, width).map((line) => `  ${line}`)),
    ...(rest > 0 ? [`  ${restLine(rest, JSON_HAS_ALL)}`] : []),
    ...(hasDoubles(totals) ? ['  ≈ sums of doubles: their last digits depend on the order of the rows'] : []),
    ...totalsFacts(change, MOST.items).flatMap(factLines),
  ];
}

export function planCells({
  table,
  change,
  partitions,
  sourceFiles,
  bytes: size,
  reasons,
}: PlannedChange): string[] {
  return [
    table,
    change,
    partitions === null ? '?' : number(partitions.length),
    number(sourceFiles),
    size === null ? '?' : bytes(size),
    partitions === null ? '' : span(partitions.map(partitionLabel)),
    reasons.join('; '),
  ];
}

function span(labels: readonly string[]): string {
  const [first = '', last = ''] = [labels[0], labels.at(-1)];
  return labels.length > 1 ? `${first} to ${last}` : first;
}

export function planSummary({ changes, unchanged, broken }: FoundPlan): string {
  const of = (...kinds: PlannedChange['change'][]) => changes.filter(({ change }) => kinds.includes(change));
  const work = of('added', 'changed', 'affected');
  const files = work.reduce((sum, { sourceFiles }) => sum + sourceFiles, 0);
  const size = work.reduce((sum, change) => sum + (change.bytes ?? 0), 0);
  const computed = work.filter(({ sourceFiles }) => sourceFiles === 0);
  const partitions = computed.reduce((sum, change) => sum + (change.partitions?.length ?? 0), 0);
  const least = work.some((change) => change.bytes === null || change.partitions === null) ? 'at least ' : '';
  const parts = (['added', 'changed', 'affected', 'broken', 'held', 'removed'] as const).flatMap((kind) =>
    of(kind).length === 0 ? [] : [`${number(of(kind).length)} ${kind}`],
  );
  if (parts.length === 0 && broken.length === 0) return `Nothing changes: ${count(unchanged, 'table')}.`;
  const todo =
    work.length === 0
      ? 'Nothing to do'
      : `To read again: ${count(files, 'source file')}; to compute: ${least}${count(partitions, 'partition')}; ${least}${bytes(size)} in all`;
  return `${parts.join(', ')}, ${number(unchanged)} unchanged. ${todo}.`;
}

/** See `sluice plan --help`: programs read these property names. */
export function planDocument({ aside, ...plan }: FoundPlan): unknown {
  return { ...plan, aside: asideDocument(aside) };
}
