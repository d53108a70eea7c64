// What `sluice check` prints: what is wrong, or what an insight is. Pure.
import type { Derivation, PartitionJoin } from '../core/insight.ts';
import type { SetAside } from '../core/set-aside.ts';
import { cellText } from '../inspect/cell-text.ts';
import type { InsightSample } from '../inspect/insight-sample.ts';
import { partitionLabel } from '../lake/partition.ts';
import { asideDocument } from './aside-text.ts';
import { typed } from './locations.ts';
import { isNumber } from './query-output.ts';
import { left, renderTable } from './table-text.ts';
import { count, firstWords, number } from './text.ts';

/** What was asked about: the number of definitions, the wrong ones, and the insight if it is one that is right. */
export type Checked = {
  readonly definitions: number;
  readonly aside: readonly SetAside[];
  readonly insight?: Derivation;
};

type Sample = InsightSample | { readonly problem: string } | undefined;

const MAX_NAMED = 10;

/** Each problem on a line of its own. */
export function checkedLines({ definitions, aside }: Checked): string[] {
  if (aside.length === 0) return [`${count(definitions, 'definition')}: nothing is wrong.`];
  const held = [...new Set(aside.flatMap((one) => one.held))];
  const problems = aside.reduce((sum, { error }) => sum + error.lines.length, 0);
  return [
    ...aside.flatMap(({ error }) => error.lines),
    ...(held.length === 0 ? [] : [`Held back, because they read these: ${firstWords(held, MAX_NAMED)}`]),
    `${count(problems, 'problem')} in ${number(aside.length)} of ${count(definitions, 'definition')}.`,
  ];
}

export function checkedDocument({ definitions, aside }: Checked): Record<string, unknown> {
  return { right: aside.length === 0, definitions, aside: asideDocument(aside) };
}

export function insightLines(insight: Derivation, sample: Sample, maxWidth: number | undefined): string[] {
  const role = (name: string) =>
    insight.partitionBy.includes(name) ? 'partition' : insight.key.includes(name) ? 'key' : '';
  return [
    `${insight.target.name} (${typed(insight.file)}): nothing is wrong.`,
    ...driverLines(insight),
    insight.key.length === 0
      ? 'Key: none. Readers and "explain --diff" tell its rows apart by all columns.'
      : `Key: ${[...insight.partitionBy, ...insight.key].filter((name, i, all) => all.indexOf(name) === i).join(', ')}`,
    '',
    ...renderTable(
      [left('column'), left('type'), left('')],
      insight.columns.map(({ name, type }) => [name, type, role(name)]),
      maxWidth,
    ),
    ...sampleLines(sample, maxWidth),
  ];
}

function driverLines({ over, partitionBy, window, inputs, joined = [] }: Derivation): string[] {
  const sides = inputs
    .filter((input) => input.name !== over?.name && !joined.some(({ table }) => table.name === input.name))
    .map(({ name }) => name);
  const driver =
    over === undefined
      ? 'Driven by all its inputs: one partition, computed again when any of them changes.'
      : partitionBy.length === 0
        ? `Driven by ${over.name}: one partition, computed again when it changes.`
        : `Driven by ${over.name}, partition by partition: ${partitionBy.join(', ')}`;
  return [
    driver,
    ...(window === undefined
      ? []
      : [
          `Each sees its neighbours by ${window.position.join(', ')}: ${number(window.before)} before, ${number(window.after)} after.`,
        ]),
    ...joined.map(
      ({ table, by }) =>
        `Joined by ${pairsText(by)}, so that a change touches only those partitions: ${table.name}`,
    ),
    ...(sides.length === 0
      ? []
      : [`Read as a whole, so that a change touches every partition: ${sides.join(', ')}`]),
  ];
}

function pairsText(by: readonly PartitionJoin[]): string {
  return by.map(({ own, theirs }) => (own === theirs ? own : `${own} = ${theirs}`)).join(', ');
}

function sampleLines(sample: Sample, maxWidth: number | undefined): string[] {
  if (sample === undefined) return [];
  if ('problem' in sample) return ['', `No rows to show: ${sample.problem}.`];
  const { partition, columns, rows, rowCount } = sample;
  const what =
    Object.keys(partition).length === 0
      ? 'The rows, as this SQL computes them'
      : `The newest partition, ${partitionLabel(partition)}, as this SQL computes it`;
  const first = rows.length < rowCount ? `, the first ${number(rows.length)} of them` : '';
  return [
    '',
    `${what}: ${count(rowCount, 'row')}${first}`,
    ...renderTable(
      columns.map(({ name, type }) => ({ name, right: isNumber(type) })),
      rows.map((row) => columns.map(({ name, type }) => cellText(row[name] ?? null, type) ?? 'NULL')),
      maxWidth,
    ),
  ];
}

export function insightDocument(insight: Derivation, sample: Sample): Record<string, unknown> {
  const { target, file, inputs, over, joined = [], partitionBy, window, key, columns, audits } = insight;
  return {
    insight: {
      name: target.name,
      file,
      inputs: inputs.map(({ name }) => name),
      over: over?.name ?? null,
      joined: joined.map(({ table, by }) => ({ name: table.name, by })),
      partitionBy,
      window: window ?? null,
      key,
      columns,
      audits: audits.map(({ name, severity }) => ({ name, severity })),
    },
    sample: sample ?? null,
  };
}
