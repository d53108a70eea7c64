// The table of figures in docs/performance.md, made from the benches' results: between two markers, nothing else.
import { readFile, writeFile } from 'node:fs/promises';
import type { ResultDocument } from './report.ts';
import { achieved } from './target.ts';

const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';

/** Throws where the page has no markers. */
export async function writeDocsTable(page: string, results: readonly ResultDocument[]): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${page} has no line ${BEGIN} with ${END} after it`);
  await writeFile(page, `${text.slice(0, begin + BEGIN.length)}\n${docsTable(results)}\n${text.slice(end)}`);
}

export function docsTable(results: readonly ResultDocument[]): string {
  return [
    '| what | against | measured | CPU | peak memory | target | |',
    '|---|---|---:|---:|---:|---:|---|',
    ...results.map(row),
  ].join('\n');
}

function row({ title, subject, baseline, ratio, target }: ResultDocument): string {
  const seconds = (ms: number) => `${Number((ms / 1000).toPrecision(2))} s`;
  const verdict = target === undefined ? undefined : achieved(target, { subject, ratio });
  const times = `${ratio.wall.min.toFixed(2)} times (${seconds(subject.wallMs.min)} / ${seconds(baseline.wallMs.min)})`;
  const measured =
    verdict === undefined || (target && 'ratio' in target) ? times : `${verdict.measured}; ${times}`;
  const cpu = baseline.isOutside ? '' : `${ratio.cpu.min.toFixed(2)} times`;
  const memory = `${Math.round(subject.peakRssMb.max)} MB`;
  const judged = verdict === undefined ? '' : verdict.held ? 'held' : '**missed**';
  return `| ${title}: ${subject.name} | ${baseline.name} | ${measured} | ${cpu} | ${memory} | ${verdict?.target ?? ''} | ${judged} |`;
}
