// What was seen for each decision of a draft, for people. Pure.
import type { FieldWords } from '../definitions/contract-schema.ts';
import type { FieldDraft } from './column.ts';
import type { Kind } from './kinds.ts';
import type { ResourceDraft } from './package-text.ts';

/** One decision: what was drafted, and what was seen. `field`: '' where it is about the dataset. */
export type Note = {
  readonly field: string;
  readonly drafted: string;
  readonly seen: string;
  readonly remarks: readonly string[];
};

/** In reading order: the file's, the fields', the key's. */
export function notesOf(
  kind: Kind,
  fields: readonly FieldDraft[],
  keySeen: string,
  resource: ResourceDraft,
  hasPath: boolean,
): Note[] {
  const note = (field: string, drafted: string, seen: string, remarks: readonly string[] = []): Note => ({
    field,
    drafted,
    seen,
    remarks,
  });
  const seen = new Map(
    kind.samples.flatMap((sample) => sample.seen.map((text) => [text.split(':')[0] ?? '', text] as const)),
  );
  const unnamed = kind.samples.some(({ labels }) => labels.includes(''));
  return [
    ...[...seen.values()].map((text) =>
      note('', text.split(': ')[0] ?? '', text.split(': ').slice(1).join(': ')),
    ),
    note(
      '',
      `path ${resource.path}`,
      hasPath ? 'the samples match it' : 'no simple glob tells these samples from the others: write one',
    ),
    ...fields.map(({ words, seen, remarks }) => note(words.name, wordsOf(words), seen, remarks)),
    note(
      '',
      resource.schema.primaryKey === undefined
        ? 'no primaryKey'
        : `primaryKey ${String(resource.schema.primaryKey)}`,
      keySeen,
    ),
    ...(unnamed ? [note('', 'columns left out', 'they have no label')] : []),
  ];
}

/** `decimal(18,4), required`, in short. */
function wordsOf({ type = 'string', format, precision, scale, constraints, trim }: FieldWords): string {
  return [
    type === 'number' ? `decimal(${precision},${scale})` : type,
    ...(format === undefined ? [] : [format]),
    ...(constraints?.required ? ['required'] : []),
    ...(constraints?.enum === undefined ? [] : [`enum of ${constraints.enum.length}`]),
    ...(trim ? ['trim'] : []),
  ].join(', ');
}
