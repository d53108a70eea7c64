// A draft as the contract itself, as notes for people, and as one JSON document for programs. Pure.
import { placedMessage } from '../core/violation-text.ts';
import type { CheckedSample } from '../draft/check.ts';
import type { DatasetDraft, Draft } from '../draft/draft.ts';
import type { Note } from '../draft/notes.ts';
import { packageText } from '../draft/package-text.ts';
import type { WrittenDraft } from '../local/write-draft.ts';
import { typed } from './locations.ts';
import { left, renderTable } from './table-text.ts';
import { apart, count, firstWords, JSON_HAS_ALL, number, section } from './text.ts';

type FoundDraft = Draft & { readonly passed: readonly string[] };

/** The text of a datapackage.json with all datasets. */
export function contractText({ datasets }: Draft): string {
  const name = datasets.length === 1 ? (datasets[0]?.resource.name ?? 'draft') : 'draft';
  return packageText(
    name,
    datasets.map(({ resource }) => resource),
  );
}

const MAX_REMARKS = 40;

/** What was seen and decided, lines without line ends. */
export function draftLines(
  { datasets, refused, passed }: FoundDraft,
  { landing }: { readonly landing: string },
): string[] {
  return [
    ...datasets.flatMap((dataset, i) => [...(i === 0 ? [] : ['']), ...datasetLines(dataset, landing)]),
    ...apart(
      section(
        'Samples that cannot be read:',
        refused.map(({ sample, problem }) => `${sample.shown}: ${problem}`),
      ),
    ),
    ...(passed.length === 0 ? [] : ['', `Passed over, by their names: ${firstWords(passed, 5)}`]),
  ];
}

function datasetLines({ resource, notes, samples, folder }: DatasetDraft, landing: string): string[] {
  const rows = samples.reduce((sum, sample) => sum + sample.rows, 0);
  const accepted = samples.reduce((sum, sample) => sum + sample.accepted, 0);
  const verdict =
    rows === accepted ? 'all accepted' : `${number(accepted)} accepted, ${number(rows - accepted)} refused`;
  const files = notes.filter(({ field }) => field === '');
  const fields = notes.filter(({ field }) => field !== '');
  return [
    `${resource.name}: ${count(samples.length, 'sample')}, ${count(rows, 'record')}, ${verdict}`,
    ...files.map((note) => `  ${note.drafted}: ${said(note)}`),
    ...(folder === undefined
      ? []
      : [`  The samples are not in landing: put such files into ${typed(landing)}/${folder}`]),
    '',
    ...renderTable(
      [left('field'), left('drafted'), left('seen')],
      fields.map((note) => [note.field, note.drafted, note.seen]),
    ).map((line) => `  ${line}`),
    ...apart(
      section(
        'To look at:',
        fields.flatMap(({ field, remarks }) => remarks.map((remark) => `${field}: ${remark}`)),
        { most: MAX_REMARKS, more: JSON_HAS_ALL },
      ),
    ),
    ...apart(section('Not accepted:', samples.flatMap(refusedLines), { most: 20, more: JSON_HAS_ALL })),
  ];
}

function said({ seen, remarks }: Note): string {
  return [seen, ...remarks].join('. ');
}

function refusedLines({ file, rows, accepted, reason, violations }: CheckedSample): string[] {
  if (reason !== undefined)
    return [
      `${file}: rejected: ${reason.message}`,
      ...violations.map((one) => `${file}, ${placedMessage(one)}`),
    ];
  return rows === accepted ? [] : violations.map((one) => `${file}, ${placedMessage(one)}`);
}

export function writtenLines({ files }: WrittenDraft): string[] {
  return [
    ...files.map(({ path, what, isNew }) => `${isNew ? 'Wrote' : 'Added to'} ${typed(path)} (${what})`),
    'Read it, correct what you know better, put such files into landing, then: npx sluice sync',
  ];
}

/** See `sluice draft --help`: programs read these property names. */
export function draftDocument(
  { datasets, refused, passed }: FoundDraft,
  written: WrittenDraft | undefined,
): unknown {
  return {
    datasets: datasets.map(({ resource, insight, notes, samples }) => ({
      resource,
      insight,
      notes,
      samples: samples.map(({ file, key, rows, accepted, reason, violations }) => ({
        file,
        key,
        rows,
        accepted,
        ...(reason === undefined ? {} : { reason: placedMessage(reason) }),
        violations: violations.map((one) => ({ ...one, message: placedMessage(one) })),
      })),
    })),
    refused: refused.map(({ sample, problem }) => ({ file: sample.shown, problem })),
    passed,
    written: written?.files.map(({ path }) => path) ?? [],
  };
}
