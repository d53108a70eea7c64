// Suspicious deliveries, as sentences with the next step. Pure.

import type { WaitingDelivery } from '../inspect/dataset-status.ts';
import type { DeliveryRemarks, Shrunk, UnmatchedFiles } from '../inspect/delivery-remarks.ts';
import { deliveryLabel, waitsFor } from '../lake/deliveries.ts';
import { count, firstWords, number, section, timeText } from './text.ts';

export type DatasetRemarks = DeliveryRemarks & { readonly dataset: string };

const MAX_COPIES = 5;

/** A section for each kind of remark, with its next step. */
export function remarkSections(remarks: readonly DatasetRemarks[]): string[][] {
  return [
    section(
      'Fewer than half of the previous rows:',
      remarks.flatMap(({ dataset, shrunk }) =>
        shrunk.map((file) => `${file.source} (${dataset}): ${shrunkText(file)}`),
      ),
    ),
    withNext(
      'If a column was renamed, add its new name to the "header" of its field, which may be a list. "fieldsMatch": "equal" rejects such files, "partial" accepts them without this remark.',
      section(
        'Columns that do not match the contract (a renamed column is null in every row):',
        remarks.flatMap(({ dataset, unmatched }) =>
          unmatched.map((files) => `${filesText(files)} (${dataset}): ${unmatchedText(files)}`),
        ),
      ),
    ),
    withNext(
      'If one was sent twice by mistake, delete the surplus file. "duplicates": "reject" keeps only the first of files with the same text and the same path values, "allow" accepts them without this remark.',
      section(
        'Same text or same rows in more than one file:',
        remarks.flatMap(({ dataset, duplicates }) =>
          duplicates.map((sources) => `${firstWords(sources, MAX_COPIES)} (${dataset})`),
        ),
      ),
    ),
  ];
}

export type DatasetDeliveries = {
  readonly dataset: string;
  readonly waitingDeliveries: readonly WaitingDelivery[];
};

export function waitingSection(datasets: readonly DatasetDeliveries[]): string[] {
  return section(
    'Deliveries that do not count yet (until then the one before does):',
    datasets.flatMap(({ dataset, waitingDeliveries }) =>
      waitingDeliveries.map(
        (waiting) =>
          `${deliveryLabel({ id: '', by: waiting.delivery })} (${dataset}): ${count(waiting.files, 'file')} since ${timeText(waiting.since)}; ${waitsFor(waiting)}`,
      ),
    ),
  );
}

function withNext(next: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [...lines, `  ${next}`];
}

/** `10 rows accepted, 1,000 before: 990 of its 1,000 records are refused (…)` */
export function shrunkText({ source, accepted, records, before, cause }: Shrunk): string {
  const had =
    before.source === undefined
      ? `${number(before.accepted)} before`
      : `${number(before.accepted)} in ${before.source}, which it replaces`;
  const why =
    cause === 'refused'
      ? `${number(records - accepted)} of its ${count(records, 'record')} are refused ("npx sluice rejects ${source}" shows why)`
      : `it has ${count(records, 'record')}, previously ${number(before.records)}: is it complete?`;
  return `${count(accepted, 'row')} accepted, ${had}: ${why}`;
}

/** `lacks "amount" and brings "amt", "total", which match no field` */
export function unmatchedText({
  missing,
  ignored,
  files = 1,
}: Pick<UnmatchedFiles, 'missing' | 'ignored'> & { files?: number }): string {
  const quoted = (labels: readonly string[]) => labels.map((label) => JSON.stringify(label)).join(', ');
  const [lacks, brings] = files === 1 ? ['lacks', 'brings'] : ['lack', 'bring'];
  return `${lacks} ${quoted(missing)} and ${brings} ${quoted(ignored)}, which match no field`;
}

function filesText({ first, files }: UnmatchedFiles): string {
  return files === 1 ? first : `${first} and ${count(files - 1, 'more file')}`;
}

/** Only the audit compares the keys themselves. */
export function sharedKeysLine(datasets: readonly string[]): string[] {
  return datasets.map(
    (name) =>
      `A primary key is checked within each file, and the key ranges of files of ${name} overlap: "npx sluice audit ${name}" finds keys that are in two files.`,
  );
}

/** For programs: each with its dataset. */
export function remarkDocument(remarks: readonly DatasetRemarks[]) {
  return {
    shrunk: remarks.flatMap(({ dataset, shrunk }) => shrunk.map((file) => ({ dataset, ...file }))),
    unmatched: remarks.flatMap(({ dataset, unmatched }) => unmatched.map((files) => ({ dataset, ...files }))),
    duplicates: remarks.flatMap(({ dataset, duplicates }) =>
      duplicates.map((sources) => ({ dataset, sources })),
    ),
  };
}
