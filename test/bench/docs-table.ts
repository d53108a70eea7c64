// The table of figures in docs/performance.md, made from the benches' results: between two markers, nothing else.
import { readFile, writeFile } from 'node:fs/promises';
import type { Bench } from './bench.ts';
import type { ResultDocument } from './report.ts';
import { achieved } from './target.ts';

const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';

/**
 * `results`: of those benches that were run on this checkout; the rows of the others stay as they are. Throws where the page has no
 * markers.
 */
export async function writeDocsTable(
  page: string,
  benches: readonly Bench[],
  results: readonly ResultDocument[],
): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${page} has no line ${BEGIN} with ${END} after it`);
  const before = text.slice(begin, end).split('\n');
  const rows = benches.map(({ name, title, subject, baseline }) => {
    const result = results.find((measured) => measured.name === name);
    const own = `| ${title}: ${subject.name} | ${baseline.name} |`;
    return result ? row(result) : before.find((line) => line.startsWith(own));
  });
  const table = [...HEAD, ...rows.filter((line) => line !== undefined)].join('\n');
  await writeFile(page, `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`);
}

const HEAD = [
  '| what | against | measured | CPU | peak memory | target | |',
  '|---|---|---:|---:|---:|---:|---|',
];

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
