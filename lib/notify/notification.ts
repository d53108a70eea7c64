// Many notices as one notification: a text for people, the list for programs. Whatever others wrote (keys, cells, reasons) stands in the
// text between backticks and escaped, so that a chat shows it and obeys none of it. Pure.
import { visible } from '../core/visible-text.ts';
import type { PartitionValues } from '../delta/actions.ts';
import { partitionLabel } from '../lake/partition.ts';
import type { Notice, Notification } from '../ports.ts';

/** Lines of the text. */
const MAX_LINES = 10;
const MAX_NAME = 200;
const MAX_RULES = 3;

/** `notices`: with details. `counts`: of all facts by kind, with those that were left out of `notices`. */
export function notificationOf(
  notices: readonly Notice[],
  counts: Readonly<Record<string, number>>,
  places: { readonly landing: string; readonly lake: string },
  at: Date,
): Notification {
  const all = Object.values(counts).reduce((sum, number) => sum + number, 0);
  return {
    text: notificationText(notices, counts, places.lake, all),
    source: 'sluice',
    at: at.toISOString(),
    ...places,
    counts,
    notices: notices.map((notice) => ({ ...notice, text: noticeLine(notice) })),
    omitted: all - notices.length,
  };
}

const TITLES: Readonly<Record<string, readonly [one: string, many: string]>> = {
  rejected: ['file rejected', 'files rejected'],
  quarantined: ['file with quarantined rows', 'files with quarantined rows'],
  'failed-audit': ['audit failed', 'audits failed'],
  missing: ['file missing', 'files missing'],
  overdue: ['expected file overdue', 'expected files overdue'],
  settled: ['settled', 'settled'],
};

function notificationText(
  notices: readonly Notice[],
  counts: Readonly<Record<string, number>>,
  lake: string,
  all: number,
): string {
  const parts = Object.entries(TITLES).flatMap(([kind, [one, many]]) => {
    const count = counts[kind] ?? 0;
    return count === 0 ? [] : [`${number(count)} ${count === 1 ? one : many}`];
  });
  const shown = notices.slice(0, MAX_LINES).map((notice) => `• ${noticeLine(notice)}`);
  const rest = all - shown.length;
  return [
    `Sluice: ${parts.join(', ')} (lake ${quoted(lake)})`,
    ...shown,
    ...(rest > 0 ? [`… and ${number(rest)} more: npx sluice status`] : []),
  ].join('\n');
}

/** One line, without a line end. */
export function noticeLine(notice: Notice): string {
  const { kind, dataset, key, reason, rows, quarantined, rules } = notice;
  const file = `${quoted(key)} (${quoted(dataset)})`;
  switch (kind) {
    case 'rejected':
      return `rejected ${file}: ${quoted(reason ?? 'no reason given')}`;
    case 'quarantined':
      return `quarantined ${number(quarantined)} of ${number(rows)} rows of ${file}${rulesText(rules)}`;
    case 'missing':
      return `missing from landing ${file}: its rows are still in the table`;
    case 'overdue':
      return `overdue ${expected(notice)}: it was due ${quoted(notice.due)}`;
    case 'failed-audit':
      return `audit failed, the previous rows stay: ${part(notice)}: ${quoted(reason)}`;
    case 'settled':
      return `settled (${wasText(notice)}) ${placeText(notice, file)}${whyText(notice)}`;
    default:
      return `${quoted(kind)} ${file}`;
  }
}

function placeText(notice: Notice, file: string): string {
  if (notice.table !== undefined) return part(notice);
  return notice.period === undefined ? file : expected(notice);
}

/** The dataset, the period, and whose file it is where there are several. */
function expected({ dataset, period, per }: Notice): string {
  const values = (per ?? {}) as PartitionValues;
  const whose = Object.keys(values).length === 0 ? '' : ` of ${quoted(partitionLabel(values))}`;
  return `${quoted(dataset)} ${quoted(period)}${whose}`;
}

function part({ table, partition }: Notice): string {
  return `${quoted(table)} ${quoted(partitionLabel((partition ?? {}) as PartitionValues))}`;
}

function wasText({ was }: Notice): string {
  return String(was) === 'failed-audit' ? 'was a failed audit' : `was ${String(was)}`;
}

function whyText({ who, why, sources }: Notice): string {
  if (Array.isArray(sources)) return `: its content is live from ${quoted(sources[0])}`;
  return why === undefined ? '' : ` by ${quoted(who)}: ${quoted(why)}`;
}

function rulesText(rules: unknown): string {
  const named = (Array.isArray(rules) ? rules : []) as { field: string; rule: string; rows: number }[];
  if (named.length === 0) return '';
  const shown = named
    .slice(0, MAX_RULES)
    .map(
      ({ field, rule, rows }) =>
        `${number(rows)} × ${quoted(field === '' ? 'record' : field)} ${quoted(rule)}`,
    );
  return `: ${shown.join(', ')}${named.length > MAX_RULES ? ', …' : ''}`;
}

function number(value: unknown): string {
  return Number(value ?? 0).toLocaleString('en-US');
}

/** What Slack's mrkdwn and Teams' Markdown would obey between backticks: links and mentions, entities, the end of the quotation. */
const OBEYED = /[<>`]|&(?=#|\w+;)/g;

function quoted(value: unknown): string {
  const whole = String(value ?? '');
  const text = whole.length > MAX_NAME ? `${whole.slice(0, MAX_NAME)}…` : whole;
  const safe = visible(text).replace(OBEYED, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return safe === '' ? '``' : `\`${safe}\``;
}
