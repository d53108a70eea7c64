// Fields that a file lacks, beside the names of its columns, members or folders that no field takes: which lack is a mistake?
import type { Field } from '../core/contract.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { pathValues } from '../core/path-values.ts';
import { shortValue, shown, type Violation } from '../core/violation.ts';
import { fileViolation, type SourceFile } from './row-source.ts';
import { Slips } from './slips.ts';

const MAX_LISTED = 20;
/** In a report: there may be no end of them. */
const MAX_REPORTED = 1000;
const LONGEST_MEANT = 200;

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
  const sensible = candidates.filter(({ length }) => length <= LONGEST_MEANT);
  const meant = wanted.map((word) => didYouMean(word, sensible)).find((hint) => hint !== '') ?? '';
  const message = `${dataset.name} is partitioned by ${name}, and the file does not give it: no folder is named ${wanted.join('= or ')}= (${path}), and ${found}.${meant} Rename the folder or the column, or add it`;
  return fileViolation('partition-value', message, name);
}

/** Nulls in a whole column because of a slip in its label would be a silent change of every value in it. */
function misspeltLabel(missing: readonly Field[], ignored: readonly string[]): Violation | undefined {
  const slips = new Slips(ignored);
  for (const { header } of missing) {
    const label = slips.of(header);
    if (label === undefined) continue;
    const message = `the file has ${shown(label)}, which no field takes, and lacks ${shown(header)}: correct the label; or, if both are right, let the contract name ${shown(label)} as a field`;
    return fileViolation('missing-label', message, label);
  }
  return undefined;
}

function misspeltFolder(missing: readonly Field[], folders: readonly string[]): Violation | undefined {
  const slips = new Slips(folders);
  for (const { name, header } of missing) {
    const folder = slips.of(name) ?? slips.of(header);
    if (folder === undefined) continue;
    const message = `the path has the folder ${folder}=, which no field takes, and the file lacks ${shown(header)}: name the folder ${name}=, if it is meant; or, if both are right, let the contract name ${shown(folder)} as a field`;
    return fileViolation('missing-label', message, folder);
  }
  return undefined;
}

/** `"id", "amount"`, shortened where there is no end of them. */
export function listed(labels: readonly string[]): string {
  const names = labels.slice(0, MAX_LISTED).map(shown).join(', ');
  return labels.length > MAX_LISTED
    ? `${names} and ${(labels.length - MAX_LISTED).toLocaleString('en-US')} more`
    : names;
}

/** As a report keeps them. */
export function reported(labels: readonly string[]): string[] {
  return labels.slice(0, MAX_REPORTED).map(shortValue);
}

export function extraLabels(labels: readonly string[], datasetName: string): Violation {
  const message = `the file has ${listed(labels)}, which the contract of ${datasetName} does not know`;
  return fileViolation('extra-label', message, labels[0]);
}
