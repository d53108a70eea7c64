// What was measured, as Markdown for people and as plain data for programs. Pure.
import type { Bench, Measurement } from './bench.ts';
import { achieved } from './target.ts';

export type Result = {
  readonly bench: Bench;
  readonly subject: readonly Measurement[];
  readonly baseline: readonly Measurement[];
};

type Summary = { readonly min: number; readonly median: number; readonly max: number };

function summary(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    min: sorted[0] ?? Number.NaN,
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
}

function sideSummary(runs: readonly Measurement[]) {
  return {
    wallMs: summary(runs.map(({ wallMs }) => wallMs)),
    cpuMs: summary(runs.map(({ cpuMs }) => cpuMs)),
    peakRssMb: summary(runs.map(({ peakRssMb }) => peakRssMb)),
  };
}

export function resultDocument({ bench, subject, baseline }: Result) {
  const [own, other] = [sideSummary(subject), sideSummary(baseline)];
  const ratio = (part: 'wallMs' | 'cpuMs', of: keyof Summary) => own[part][of] / other[part][of];
  return {
    name: bench.name,
    title: bench.title,
    target: bench.target,
    subject: { name: bench.subject.name, command: bench.subject.command, ...own, runs: subject },
    baseline: {
      name: bench.baseline.name,
      command: bench.baseline.command,
      isOutside: bench.baseline.isOutside === true,
      ...other,
      runs: baseline,
    },
    ratio: {
      wall: { min: ratio('wallMs', 'min'), median: ratio('wallMs', 'median') },
      cpu: { min: ratio('cpuMs', 'min'), median: ratio('cpuMs', 'median') },
    },
  };
}

export type ResultDocument = ReturnType<typeof resultDocument>;

/** The commands of both sides, and a table of their times. */
export function renderResult(result: ResultDocument): string {
  const { subject, baseline, ratio } = result;
  const seconds = (ms: number) => (ms / 1000).toFixed(2);
  const cpu = (side: ResultDocument['subject'], of: keyof Summary) =>
    isOutside(side) ? '–' : seconds(side.cpuMs[of]);
  const row = (side: ResultDocument['subject']) =>
    `| ${side.name} | ${seconds(side.wallMs.min)} | ${seconds(side.wallMs.median)} | ${cpu(side, 'min')} | ${cpu(side, 'median')} | ${isOutside(side) ? '–' : Math.round(side.peakRssMb.median)} |`;
  const times = (value: number) => `**${value.toFixed(2)}**`;
  return [
    `### ${result.title}`,
    `\`${result.name}\`, ${subject.runs.length} runs of each, in turns. ${verdict(result)}`,
    '| | wall min, s | wall median, s | CPU min, s | CPU median, s | peak memory, MB |\n|---|---:|---:|---:|---:|---:|',
    [
      row(subject),
      row(baseline),
      `| ratio | ${times(ratio.wall.min)} | ${times(ratio.wall.median)} | ${baseline.isOutside ? '–' : times(ratio.cpu.min)} | ${baseline.isOutside ? '–' : times(ratio.cpu.median)} | |`,
    ].join('\n'),
    `${subject.name}:`,
    fenced(subject.command),
    `${baseline.name}:`,
    fenced(baseline.command),
  ]
    .join('\n\n')
    .replace('|\n\n|', '|\n|');
}

function isOutside(side: ResultDocument['subject'] & { readonly isOutside?: boolean }): boolean {
  return side.isOutside === true;
}

function fenced(command: string): string {
  return `\`\`\`text\n${command}\n\`\`\``;
}

function verdict({ target, ratio, subject }: ResultDocument): string {
  if (target === undefined) return '';
  const { target: wanted, measured, held } = achieved(target, { subject, ratio });
  return `Target: ${wanted}; ${measured}: ${held ? 'held' : 'MISSED'}.`;
}
