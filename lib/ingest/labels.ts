// Names of a file's columns or members that no field takes, beside fields that the file lacks: is one a slip for the other?
import type { Field } from '../core/contract.ts';
import { editDistance } from '../core/did-you-mean.ts';
import { shown, type Violation } from '../core/violation.ts';
import { fileViolation } from './row-source.ts';

const SHORTEST = 4;

/** Nulls in a whole column because of a slip in its label would be a silent change of every value in it. */
export function misspeltLabel(missing: readonly Field[], ignored: readonly string[]): Violation | undefined {
  for (const { header } of missing) {
    const label = ignored.find((candidate) => isSlip(candidate, header));
    if (label === undefined) continue;
    const message = `the file has ${shown(label)}, which no field takes, and lacks ${shown(header)}: correct the label; or, if both are right, let the contract name ${shown(label)} as a field`;
    return fileViolation('missing-label', message, label);
  }
  return undefined;
}

/** `q101` and `q102`, `address` and `address2` are two columns; `amout` and `amount`, ` Amount` and `amount` are one. */
function isSlip(label: string, header: string): boolean {
  const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  if (bare(label) === bare(header)) return bare(label) !== '';
  const isShort = Math.min(label.length, header.length) < SHORTEST;
  if (isShort || Math.abs(label.length - header.length) > 1) return false;
  const undigited = (text: string) => text.replace(/\d/g, '');
  return undigited(label) !== undigited(header) && editDistance(label, header) === 1;
}

export function extraLabels(labels: readonly string[], datasetName: string): Violation {
  const names = labels.map((label) => JSON.stringify(label)).join(', ');
  const message = `the file has ${names}, which the contract of ${datasetName} does not know`;
  return fileViolation('extra-label', message, labels[0]);
}
