// Expected files that have not come, as lines for people. Pure.
import type { Gap, Overdue } from '../lake/overdue.ts';
import { partitionLabel } from '../lake/partition.ts';
import { count, number } from './text.ts';

export const OVERDUE_TITLE = 'Overdue (expected files that have not come):';

type Dated = { readonly dataset: string; readonly overdue: Overdue | null };

/** A line for each gap, and one for those that are left out. */
export function overdueLines(datasets: readonly Dated[]): string[] {
  return datasets.flatMap(({ dataset, overdue }) => [
    ...(overdue?.gaps ?? []).map((gap) => `${dataset}${perText(gap)}: ${gapText(gap)}`),
    ...(overdue?.moreGaps ? [`${dataset}: ${number(overdue.moreGaps)} more gaps`] : []),
  ]);
}

/** Of all datasets. */
export function overduePeriods(datasets: readonly Dated[]): number {
  return datasets.reduce((sum, { overdue }) => sum + (overdue?.periods ?? 0), 0);
}

function perText({ per }: Gap): string {
  return Object.keys(per).length === 0 ? '' : ` (${partitionLabel(per)})`;
}

function gapText({ first, last, periods, due }: Gap): string {
  if (periods === 1) return `${first}, due ${due}`;
  return `${first} to ${last} (${count(periods, 'file')}), the first due ${due}`;
}
