// The result of a rebuild, as lines for people and as one JSON document for programs. Pure.
import type { Rebuilt } from '../evolve/rebuild.ts';
import { count, firstWords, number } from './text.ts';

const MAX_NAMED = 10;

function totals({ reads }: Rebuilt) {
  const accepted = reads.filter(({ outcome }) => outcome === 'accepted');
  return {
    files: accepted.length,
    rows: accepted.reduce((sum, read) => sum + read.accepted, 0),
    quarantined: accepted.reduce((sum, read) => sum + read.quarantined, 0),
    skipped: accepted.reduce((sum, { skipped = 0 }) => sum + skipped, 0),
    rejected: reads.length - accepted.length,
  };
}

/** Lines without line ends. */
export function rebuildLines(rebuilt: Rebuilt): string[] {
  const { dataset, version, kept, dropped } = rebuilt;
  const { files, rows, quarantined, skipped, rejected } = totals(rebuilt);
  return [
    `Rebuilt ${dataset} (version ${version}) from ${count(files, 'file')}: ${count(rows, 'row')}, ${number(quarantined)} quarantined${skipped > 0 ? `, ${number(skipped)} skipped` : ''}${rejected > 0 ? `, ${count(rejected, 'file')} rejected` : ''}`,
    ...(kept.length > 0 ? [`Kept the rows of: ${firstWords(kept, MAX_NAMED)}`] : []),
    ...(dropped.length > 0 ? [`Deleted the rows of: ${firstWords(dropped, MAX_NAMED)}`] : []),
  ];
}

/** See `sluice rebuild --help`: programs read these property names. */
export function rebuildDocument(rebuilt: Rebuilt): Record<string, unknown> {
  const { dataset, version, kept, dropped } = rebuilt;
  return { dataset, version, ...totals(rebuilt), kept, dropped };
}
