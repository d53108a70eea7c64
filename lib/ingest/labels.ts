// Fields that a file lacks, beside the names of its columns, members or folders that no field takes: which lack is a mistake?
import type { Field } from '../core/contract.ts';
import { didYouMean, editDistance } from '../core/did-you-mean.ts';
import { pathValues } from '../core/path-values.ts';
import { shown, type Violation } from '../core/violation.ts';
import { fileViolation, type SourceFile } from './row-source.ts';

const SHORTEST = 4;
const MAX_LISTED = 20;

/** `missing`: fields that neither the file nor its path gives; `ignored`: what no field takes. Undefined where they may be missing. */
export function missingFields(
  file: SourceFile,
  missing: readonly Field[],
  ignored: readonly string[],
  found: string,
): Violation | undefined {
  if (missing.length === 0) return undefined;
  const others = file.key === undefined ? [] : pathValues(file.dataset, file.key).others;
  const isPartition = ({ name }: Field) => file.dataset.partitionFields.includes(name);
  const partition = missing.find(isPartition);
  if (partition) return missingPartition(file, partition, [...others, ...ignored], found);
  return misspeltLabel(missing, ignored) ?? misspeltFolder(missing, others);
}

/** In a whole file no partition value is null by accident. */
function missingPartition(
  { dataset, key }: SourceFile,
  { name, header }: Field,
  candidates: readonly string[],
  found: string,
): Violation {
  const folders = key === undefined ? [] : key.split('/').slice(0, -1);
  const wanted = [...new Set([name, header])];
  const path = folders.length === 0 ? 'its path has no folder' : `its folders are ${folders.join('/')}`;
  const meant = wanted.map((word) => didYouMean(word, candidates)).find((hint) => hint !== '') ?? '';
  const message = `${dataset.name} is partitioned by ${name}, and the file does not give it: no folder is named ${wanted.join('= or ')}= (${path}), and ${found}.${meant} Rename the folder or the column, or add it`;
  return fileViolation('partition-value', message, name);
}

/** Nulls in a whole column because of a slip in its label would be a silent change of every value in it. */
function misspeltLabel(missing: readonly Field[], ignored: readonly string[]): Violation | undefined {
  for (const { header } of missing) {
    const label = ignored.find((candidate) => isSlip(candidate, header));
    if (label === undefined) continue;
    const message = `the file has ${shown(label)}, which no field takes, and lacks ${shown(header)}: correct the label; or, if both are right, let the contract name ${shown(label)} as a field`;
    return fileViolation('missing-label', message, label);
  }
  return undefined;
}

function misspeltFolder(missing: readonly Field[], folders: readonly string[]): Violation | undefined {
  for (const { name, header } of missing) {
    const folder = folders.find((candidate) => isSlip(candidate, name) || isSlip(candidate, header));
    if (folder === undefined) continue;
    const message = `the path has the folder ${folder}=, which no field takes, and the file lacks ${shown(header)}: name the folder ${name}=, if it is meant; or, if both are right, let the contract name ${shown(folder)} as a field`;
    return fileViolation('missing-label', message, folder);
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

/** `"id", "amount"`, shortened where there is no end of them. */
export function listed(labels: readonly string[]): string {
  const names = labels.slice(0, MAX_LISTED).map(shown).join(', ');
  return labels.length > MAX_LISTED
    ? `${names} and ${(labels.length - MAX_LISTED).toLocaleString('en-US')} more`
    : names;
}

export function extraLabels(labels: readonly string[], datasetName: string): Violation {
  const message = `the file has ${listed(labels)}, which the contract of ${datasetName} does not know`;
  return fileViolation('extra-label', message, labels[0]);
}
