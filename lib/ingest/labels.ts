// A file's labels (the names of its columns or members) beside the contract's fields: do they agree as the contract wants, and
// is one that no field takes a slip for one that is missing?
import type { Dataset, Field } from '../core/contract.ts';
import { editDistance } from '../core/did-you-mean.ts';
import { shown, type Violation } from '../core/violation.ts';
import { fileViolation } from './row-source.ts';

const SHORTEST = 4;

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

/** Why the file is refused for its labels, by the contract's fieldsMatch, extraColumns and required fields. */
export function labelViolation(dataset: Dataset, match: LabelMatch): Violation | undefined {
  const { missing, ignored } = match;
  if (dataset.fieldsMatch !== undefined) {
    const mismatch = fieldsMismatch(dataset, match);
    if (mismatch) return mismatch;
  } else if (ignored.length > 0 && dataset.extraColumns === 'reject')
    return extraLabels(ignored, dataset.name);
  return misspeltLabel(missing, ignored);
}

/** https://datapackage.org/standard/table-schema/#fieldsMatch. A required field that is missing would leave no row valid. */
function fieldsMismatch(
  dataset: Dataset,
  { missing, ignored, taken, wanted }: LabelMatch,
): Violation | undefined {
  const { fieldsMatch } = dataset;
  const mayLack = fieldsMatch === 'superset' || fieldsMatch === 'partial';
  const lacks = mayLack ? missing.filter((field) => field.constraints.required) : missing;
  const extra = dataset.extraColumns === 'reject' ? ignored : [];
  const isMoved = fieldsMatch === 'exact' && taken?.some((label, i) => label !== wanted?.[i]);
  const found = [
    ...(lacks.length === 0 ? [] : [`lacks ${quoted(lacks.map(({ header }) => header))}`]),
    ...(extra.length === 0 ? [] : [`has ${quoted(extra)}, which no field takes`]),
    ...(isMoved && taken && wanted
      ? [`has the order ${quoted(taken)} where the fields are ${quoted(wanted)}`]
      : []),
  ];
  if (found.length === 0) return undefined;
  const rule = lacks.length > 0 ? 'missing-label' : extra.length > 0 ? 'extra-label' : 'incorrect-label';
  const value = lacks[0]?.header ?? extra[0] ?? taken?.find((label, i) => label !== wanted?.[i]) ?? null;
  const message = `the file ${found.join(', and ')} (fieldsMatch of ${dataset.name} is "${fieldsMatch}"): correct the file, name its column as the "header" of a field, or choose another fieldsMatch`;
  return fileViolation(rule, message, value);
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

/** `q101` and `q102`, `address` and `address2` are two columns; `amout` and `amount`, ` Amount` and `amount` are one. */
function isSlip(label: string, header: string): boolean {
  const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  if (bare(label) === bare(header)) return bare(label) !== '';
  const isShort = Math.min(label.length, header.length) < SHORTEST;
  if (isShort || Math.abs(label.length - header.length) > 1) return false;
  const undigited = (text: string) => text.replace(/\d/g, '');
  return undigited(label) !== undigited(header) && editDistance(label, header) === 1;
}

function extraLabels(labels: readonly string[], datasetName: string): Violation {
  const message = `the file has ${quoted(labels)}, which the contract of ${datasetName} does not know`;
  return fileViolation('extra-label', message, labels[0]);
}

export function quoted(labels: readonly string[]): string {
  return labels.map((label) => JSON.stringify(label)).join(', ');
}
