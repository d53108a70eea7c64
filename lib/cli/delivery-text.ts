// What is remarkable about deliveries, as sentences with the next step. Pure.
import type { DeliveryRemarks, Shrunk, UnmatchedFiles } from '../inspect/delivery-remarks.ts';
import { count, firstWords, number, section } from './text.ts';

export type DatasetRemarks = DeliveryRemarks & { readonly dataset: string };

const MAX_COPIES = 5;

/** A section for each kind of remark that there is, with its next step. */
export function remarkSections(remarks: readonly DatasetRemarks[]): string[][] {
  return [
    section(
      'Fewer than half of the rows that were there before:',
      remarks.flatMap(({ dataset, shrunk }) =>
        shrunk.map((file) => `${file.source} (${dataset}): ${shrunkText(file)}`),
      ),
    ),
    withNext(
      'If one is renamed, name it as the "header" of its field. "fieldsMatch": "equal" refuses such files, "partial" says that they are right.',
      section(
        'Columns that do not fit; a renamed one is null in every row:',
        remarks.flatMap(({ dataset, unmatched }) =>
          unmatched.map((files) => `${filesText(files)} (${dataset}): ${unmatchedText(files)}`),
        ),
      ),
    ),
    withNext(
      'Where one was sent twice by mistake, delete what is too many. "duplicates": "reject" counts of equal texts with equal values in their paths the first alone, "allow" says that they are right.',
      section(
        'The same text, or the same rows, in more than one file:',
        remarks.flatMap(({ dataset, duplicates }) =>
          duplicates.map((sources) => `${firstWords(sources, MAX_COPIES)} (${dataset})`),
        ),
      ),
    ),
  ];
}

function withNext(next: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [...lines, `  ${next}`];
}

/** `10 rows accepted, 1,000 before: 990 of its 1,000 records are refused (…)` */
export function shrunkText({ source, accepted, records, before, cause }: Shrunk): string {
  const had =
    before.source === undefined
      ? `${number(before.accepted)} before`
      : `${number(before.accepted)} in ${before.source}, whose place it takes`;
  const why =
    cause === 'refused'
      ? `${number(records - accepted)} of its ${count(records, 'record')} are refused ("npx sluice rejects ${source}" says why)`
      : `it has ${count(records, 'record')}, where there were ${number(before.records)}: is it complete?`;
  return `${count(accepted, 'row')} accepted, ${had}: ${why}`;
}

/** `lacks "amount" and brings "amt", "total", which no field takes` */
export function unmatchedText({
  missing,
  ignored,
  files = 1,
}: Pick<UnmatchedFiles, 'missing' | 'ignored'> & { files?: number }): string {
  const quoted = (labels: readonly string[]) => labels.map((label) => JSON.stringify(label)).join(', ');
  const [lacks, brings] = files === 1 ? ['lacks', 'brings'] : ['lack', 'bring'];
  return `${lacks} ${quoted(missing)} and ${brings} ${quoted(ignored)}, which no field takes`;
}

function filesText({ first, files }: UnmatchedFiles): string {
  return files === 1 ? first : `${first} and ${count(files - 1, 'more file')}`;
}

/** The keys themselves are compared by nobody but the audit. */
export function sharedKeysLine(datasets: readonly string[]): string[] {
  return datasets.map(
    (name) =>
      `A primary key is held within each file, and the key ranges of files of ${name} meet: "npx sluice audit ${name}" looks for rows of one key in two files.`,
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
