// A plan of definitions as lines for people, as Markdown for a pull request, and as one JSON document. Pure.

import type { DefinitionPlan, PlannedChange } from '../inspect/definition-plan.ts';
import { partitionLabel } from '../lake/partition.ts';
import { asideDocument, failureLines } from './aside-text.ts';
import { left, renderTable, right } from './table-text.ts';
import { bytes, count, number } from './text.ts';

export type FoundPlan = DefinitionPlan & { readonly landing: string; readonly lake: string };

const COLUMNS = [
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
    ...(plan.changes.length === 0 ? [] : [...renderTable(COLUMNS, plan.changes.map(cells), maxWidth), '']),
    ...(plan.broken.length === 0 ? [] : ['Broken:', ...plan.broken.map((problem) => `  ${problem}`), '']),
    ...(plan.failures.length === 0 ? [] : [...failureLines(plan.failures), '']),
    summary(plan),
  ];
}

/** Starts with a heading; tables and text for GitHub. */
export function planMarkdown(plan: FoundPlan): string[] {
  const row = (texts: readonly string[]) => `| ${texts.map(escaped).join(' | ')} |`;
  const rows = plan.changes.map((change) => {
    const [table = '', kind = '', ...rest] = cells(change);
    return row([`\`${table}\``, `**${kind}**`, ...rest]);
  });
  return [
    '### Sluice plan',
    '',
    ...(plan.broken.length === 0
      ? []
      : ['**Broken:**', '', ...plan.broken.map((problem) => `- ${escaped(problem)}`), '']),
    ...(plan.failures.length === 0
      ? []
      : [
          '**Tables that cannot be read:**',
          '',
          ...plan.failures.map(({ table, message }) => `- ${escaped(`${table}: ${message}`)}`),
          '',
        ]),
    ...(rows.length === 0
      ? []
      : [
          row(COLUMNS.map(({ name }) => name)),
          `|${COLUMNS.map(({ right }) => (right ? ' ---: ' : ' --- ')).join('|')}|`,
          ...rows,
          '',
        ]),
    summary(plan),
  ];
}

function escaped(text: string): string {
  return text.replace(/[\\|<>]/g, (character) => `\\${character}`).replaceAll('\n', ' ');
}

function cells({ table, change, partitions, sourceFiles, bytes: size, reasons }: PlannedChange): string[] {
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

function summary({ changes, unchanged, broken }: FoundPlan): string {
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
