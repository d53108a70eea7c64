// Compares a file's labels (names of its columns or members) and folders with the contract's fields: do they match as
// the contract requires, and is an unknown name a typo of a missing one?
import { type Dataset, type Field, fieldHeaders } from '../core/contract.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { shortValue, shown, type Violation } from '../core/violation.ts';
import { pathValues } from '../lake/path-values.ts';
import { fileViolation, type SourceFile } from './row-source.ts';
import { Slips } from './slips.ts';

const MAX_LISTED = 20;
/** Limit in a report: a file may have very many. */
const MAX_REPORTED = 1000;
const LONGEST_MEANT = 200;

/** What of a file its labels are judged by. */
export type LabelledFile = Pick<SourceFile, 'dataset' | 'key' | 'fromPath'>;

export type LabelMatch = {
  /** Fields that nothing fills: neither the file nor its path. In the contract's order. */
  readonly missing: readonly Field[];
  /** Labels that no field takes. */
  readonly ignored: readonly string[];
  /** The labels that fields take, in the file's order; absent where the file has no order. */
  readonly taken?: readonly string[];
  /** The same labels in the order of their fields. */
  readonly wanted?: readonly string[];
};

/** Why the file is refused for its labels, by the contract's fieldsMatch, extraColumns and partitions. `found`: what it has, in words. */
export function labelViolation(file: LabelledFile, match: LabelMatch, found: string): Violation | undefined {
  const { dataset, key } = file;
  const { missing, ignored } = match;
  if (dataset.fieldsMatch !== undefined) {
    const mismatch = fieldsMismatch(dataset, match);
    if (mismatch) return mismatch;
  } else if (ignored.length > 0 && dataset.extraColumns === 'reject')
    return extraLabels(ignored, dataset.name);
  if (missing.length === 0) return undefined;
  const others = key === undefined ? [] : pathValues(dataset, key).others;
  const partition = missing.find((field) => isPartition(dataset, field));
  if (partition) return missingPartition(file, partition, [...others, ...ignored], found);
  return misspeltLabel(missing, ignored) ?? misspeltFolder(missing, others);
}

/** https://datapackage.org/standard/table-schema/#fieldsMatch. A required field that is missing would leave no row valid. */
function fieldsMismatch(
  dataset: Dataset,
  { missing, ignored, taken, wanted }: LabelMatch,
): Violation | undefined {
  const { fieldsMatch } = dataset;
  const mayLack = fieldsMatch === 'superset' || fieldsMatch === 'partial';
  // Those that partition have a sentence of their own.
  const lacks = missing.filter(
    (field) => !isPartition(dataset, field) && (!mayLack || field.constraints.required),
  );
  const extra = dataset.extraColumns === 'reject' ? ignored : [];
  const isMoved = fieldsMatch === 'exact' && taken?.some((label, i) => label !== wanted?.[i]);
  const found = [
    ...(lacks.length === 0 ? [] : [`lacks ${listedFields(lacks)}`]),
    ...(extra.length === 0 ? [] : [`has ${listed(extra)}, which no field takes`]),
    ...(isMoved && taken && wanted
      ? [`has the order ${listed(taken)} where the fields are ${listed(wanted)}`]
      : []),
  ];
  if (found.length === 0) return undefined;
  const rule = lacks.length > 0 ? 'missing-label' : extra.length > 0 ? 'extra-label' : 'incorrect-label';
  const value = lacks[0]?.header ?? extra[0] ?? taken?.find((label, i) => label !== wanted?.[i]) ?? null;
  const message = `the file ${found.join(', and ')} (fieldsMatch of ${dataset.name} is "${fieldsMatch}"): correct the file, name its column as the "header" of a field, or choose another fieldsMatch`;
  return fileViolation(rule, message, value);
}

function isPartition({ partitionFields }: Dataset, { name }: Field): boolean {
  return partitionFields.includes(name);
}

/** In a whole file no partition value is null by accident. */
function missingPartition(
  { dataset, key }: LabelledFile,
  field: Field,
  candidates: readonly string[],
  found: string,
): Violation {
  const { name } = field;
  const folders = key === undefined ? [] : key.split('/').slice(0, -1);
  const wanted = [...new Set([name, ...fieldHeaders(field)])];
  const path = folders.length === 0 ? 'its path has no folder' : `its folders are ${folders.join('/')}`;
  const sensible = candidates.filter(({ length }) => length <= LONGEST_MEANT);
  const meant = wanted.map((word) => didYouMean(word, sensible)).find((hint) => hint !== '') ?? '';
  const message = `${dataset.name} is partitioned by ${name}, and the file does not give it: no folder is named ${wanted.join('= or ')}= (${path}), and ${found}.${meant} Rename the folder or the column, or add it`;
  return fileViolation('partition-value', message, name);
}

/** A typo in a label would otherwise silently turn the whole column into nulls. */
function misspeltLabel(missing: readonly Field[], ignored: readonly string[]): Violation | undefined {
  const slips = new Slips(ignored);
  for (const field of missing) {
    const label = fieldHeaders(field).flatMap((header) => slips.of(header) ?? [])[0];
    if (label === undefined) continue;
    const message = `the file has ${shown(label)}, which no field takes, and lacks ${listedFields([field])}: correct the label; or, if both are right, let the contract name ${shown(label)} as a field`;
    return fileViolation('missing-label', message, label);
  }
  return undefined;
}

function misspeltFolder(missing: readonly Field[], folders: readonly string[]): Violation | undefined {
  const slips = new Slips(folders);
  for (const field of missing) {
    const { name } = field;
    const folder = [name, ...fieldHeaders(field)].flatMap((wanted) => slips.of(wanted) ?? [])[0];
    if (folder === undefined) continue;
    const message = `the path has the folder ${folder}=, which no field takes, and the file lacks ${listedFields([field])}: name the folder ${name}=, if it is meant; or, if both are right, let the contract name ${shown(folder)} as a field`;
    return fileViolation('missing-label', message, folder);
  }
  return undefined;
}

function extraLabels(labels: readonly string[], datasetName: string): Violation {
  const message = `the file has ${listed(labels)}, which the contract of ${datasetName} does not know`;
  return fileViolation('extra-label', message, labels[0]);
}

/** Two columns of a file that are both the field's. */
export function twoLabels(field: Pick<Field, 'name'>, labels: readonly string[]): Violation {
  const message = `the file has ${listed(labels)}, and each of them fills the field ${field.name}: leave one column of them`;
  return fileViolation('duplicate-label', message, labels[1]);
}

/** `"id", "amount" or "Amount"`: all names that their columns may have. */
export function listedFields(fields: readonly Field[]): string {
  const names = fields.slice(0, MAX_LISTED).map((field) => fieldHeaders(field).map(shown).join(' or '));
  const more = fields.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more.toLocaleString('en-US')} more` : names.join(', ');
}

/** `"id", "amount"`, shortened if there are very many. */
export function listed(labels: readonly string[]): string {
  const names = labels.slice(0, MAX_LISTED).map(shown).join(', ');
  return labels.length > MAX_LISTED
    ? `${names} and ${(labels.length - MAX_LISTED).toLocaleString('en-US')} more`
    : names;
}

/** As stored in a report. */
export function reported(labels: readonly string[]): string[] {
  return labels.slice(0, MAX_REPORTED).map(shortValue);
}
