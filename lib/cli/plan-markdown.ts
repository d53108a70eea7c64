// A plan of definitions as Markdown, for a comment on a pull request: what is in files can be neither HTML nor Markdown there, and
// a comment is not longer than GitHub takes. Pure.

import { visible } from '../core/visible-text.ts';
import type { CountedChange } from '../inspect/count-plan.ts';
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
import { type FoundPlan, NOT_COUNTED, PLAN_COLUMNS, planCells, planSummary } from './plan-text.ts';
import type { TextColumn } from './table-text.ts';
import { number } from './text.ts';

/** A comment may have 65,536 characters: https://github.com/orgs/community/discussions/27190. */
const MAX_CHARACTERS = 60_000;
const MOST = { items: 5, partitions: 5 };

/** Starts with a heading; lines without line ends. */
export function planMarkdown(plan: FoundPlan): string[] {
  const end = [planSummary(plan), ...(plan.counted ? [] : ['', NOT_COUNTED])];
  return shortened(
    [
      ['### Sluice plan', ''],
      named('Broken', plan.broken),
      named(
        'Tables that cannot be read',
        plan.failures.map(({ table, message }) => `${table}: ${message}`),
      ),
      plan.changes.length === 0 ? [] : [...markdownTable(PLAN_COLUMNS, plan.changes.map(changeCells)), ''],
      ...plan.changes.map(countedSection),
    ],
    end,
  );
}

/** Sections that no longer fit are left out, and the reader is told how to see them. */
function shortened(sections: readonly (readonly string[])[], end: readonly string[]): string[] {
  const sizeOf = (lines: readonly string[]) => lines.reduce((sum, line) => sum + visible(line).length + 1, 0);
  const lines: string[] = [];
  let [size, leftOut] = [sizeOf(end), 0];
  for (const section of sections) {
    const cost = sizeOf(section);
    if (size + cost > MAX_CHARACTERS) leftOut += 1;
    else {
      lines.push(...section);
      size += cost;
    }
  }
  const rest = `**Too long for a comment: ${number(leftOut)} more ${leftOut === 1 ? 'section' : 'sections'}.** \`npx sluice plan\` shows everything.`;
  return [...lines, ...(leftOut === 0 ? [] : [rest, '']), ...end];
}

function named(title: string, problems: readonly string[]): string[] {
  return problems.length === 0 ? [] : [`**${title}:**`, '', ...problems.map((one) => `- ${code(one)}`), ''];
}

function changeCells(change: CountedChange): string[] {
  const [table = '', kind = '', partitions = '', files = '', reads = '', which = '', why = ''] =
    planCells(change);
  return [code(table), `**${kind}**`, partitions, files, reads, code(which), escaped(why)];
}

/** [] where nothing was counted. */
function countedSection(change: CountedChange): string[] {
  const { counts, totals, notCounted } = change;
  const { table, when } = countedOf(change);
  const lines = [
    ...(counts === undefined ? [] : [`**${code(table)}${when}: ${countsHeadline(counts)}**`, '']),
    ...(counts === undefined ? [] : bullets(countsFacts(counts, MOST.items))),
    ...(totals === undefined ? [] : [`**${code(table)}${when}: ${totalsHeadline(totals)}**`, '']),
    ...(totals === undefined ? [] : totalsTable(change)),
    ...(totals === undefined ? [] : bullets(totalsFacts(change, MOST.items))),
  ];
  if (notCounted === undefined) return lines;
  const much = counts || totals ? ' in full' : '';
  return [...lines, `${code(table)} is not counted${much}: ${code(notCounted)}`, ''];
}

function bullets(facts: readonly Fact[]): string[] {
  if (facts.length === 0) return [];
  const lines = facts.flatMap(({ text, items, more }) => [
    `- ${text}`,
    ...items.map((item) => `  - ${code(item)}`),
    ...(items.length > 0 && more > 0 ? [`  - … and ${number(more)} more`] : []),
  ]);
  return [...lines, ''];
}

function totalsTable({ totals }: CountedChange): string[] {
  const rows = totals === undefined ? [] : totalsRows(totals, MOST.partitions);
  if (totals === undefined || rows.length === 0) return [];
  const rest = totals.partitions.length - MOST.partitions;
  return [
    ...markdownTable(
      TOTALS_COLUMNS,
      rows.map(([partition = '', total = '', ...sums]) => [code(partition), code(total), ...sums]),
    ),
    '',
    ...(rest > 0 ? [`… and ${number(rest)} more partitions; \`--format json\` has all.`, ''] : []),
    ...(hasDoubles(totals)
      ? ['≈ sums of doubles: their last digits depend on the order of the rows', '']
      : []),
  ];
}

function markdownTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ name }) => name)),
    `|${columns.map(({ right }) => (right ? ' ---: ' : ' --- ')).join('|')}|`,
    ...rows.map(line),
  ];
}

/**
 * For words of data. Each character that could mean something in HTML, in Markdown or in a table is a character reference, which is
 * always text (https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references); inside <code> GitHub makes no
 * mention of `@name` and no link of `#1`.
 */
function code(text: string): string {
  if (text === '') return '';
  const safe = visible(text).replace(/[!-/:-@[-`{-~]/g, (character, at: number, whole: string) => {
    const isAddress = character === '.' && /www$/i.test(whole.slice(Math.max(0, at - 3), at));
    const isInName = character === '_' && /^[A-Za-z0-9]_[A-Za-z0-9]/.test(whole.slice(Math.max(0, at - 1)));
    return (PLAIN.test(character) && !isAddress) || isInName ? character : `&#${character.charCodeAt(0)};`;
  });
  return `<code>${safe}</code>`;
}

/** Mean nothing within a line, but for the point of an address. */
const PLAIN = /[,./=%()-]/;

/** For sentences of ours that may hold names: backslashes take the meaning from punctuation. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>|~&]/g, (character) => `\\${character}`).replaceAll('\n', ' ');
}
