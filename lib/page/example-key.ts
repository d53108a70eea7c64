// A name that a file of a dataset may have in landing, for its contract as a document. From the contract alone. Pure.
import { type Dataset, type Field, fieldFormats } from '../core/contract.ts';
import { isPattern } from '../core/date-format.ts';
import { CAPTURE, globMatcher } from '../core/glob.ts';
import { pathValues } from '../lake/path-values.ts';
import { candidates, MOMENTS, momentText } from './field-candidates.ts';

export type ExampleKey = {
  readonly key: string;
  /** Fields whose values it gives. */
  readonly given: ReadonlySet<string>;
};

/** Undefined where none can be made up. */
export function exampleKey(dataset: Dataset): ExampleKey | undefined {
  // At the end, `**` stands for files of any name.
  const path = dataset.path.replace(/(^|\/)\*\*$/, `$1*.${dataset.format}`);
  const segments = path.split('/').filter((segment) => segment !== '**');
  const last = segments.length - 1;
  const key = segments.map((segment, i) => example(dataset, segment, i === last)).join('/');
  if (!globMatcher(dataset.path)(key)) return undefined;
  const { values, problem } = pathValues(dataset, key);
  return problem === undefined ? { key, given: new Set(values.keys()) } : undefined;
}

function example(dataset: Dataset, segment: string, isFile: boolean): string {
  const [, folder, rest] = /^([^=*?{[]+)=\*$/.exec(segment) ?? [];
  if (folder !== undefined && rest === undefined && !isFile)
    return `${folder}=${folderText(dataset, folder)}`;
  return segment
    .replace(CAPTURE, (_, name: string) => captureText(dataset, name))
    .replace(/\{([^{},]*),[^{}]*\}/g, '$1')
    .replace(/\[(!?)(.)[^\]]*\]/g, (_, not: string, first: string) => (not === '' ? first : 'a'))
    .replace(/^\*+/, 'example')
    .replace(/\*+/g, '1')
    .replace(/\?/g, '1');
}

const [MOMENT] = MOMENTS;

/** `03` for a month: names that sort as the days do. */
function named(field: Field | undefined, name: string): string | undefined {
  const part = name.toLowerCase();
  if (field && field.type !== 'integer' && field.type !== 'string') return undefined;
  return part === 'year' || part === 'month' || part === 'day' || part === 'hour'
    ? MOMENT?.[part]
    : undefined;
}

function folderText(dataset: Dataset, folder: string): string {
  const field = dataset.fields.find(({ name }) => name === folder) ?? headed(dataset, folder);
  if (field?.type === 'date' && MOMENT) return momentText(field, 'default', MOMENT);
  return named(field, folder) ?? (field && candidates(field)[0]) ?? 'a';
}

function headed({ fields }: Dataset, folder: string): Field | undefined {
  return fields.find(({ header }) => header.toLowerCase() === folder.toLowerCase());
}

function captureText(dataset: Dataset, capture: string): string {
  const field = dataset.fields.find(({ name }) => name === capture);
  if (field?.type === 'date' && MOMENT) {
    const formats = fieldFormats(field);
    return momentText(field, formats.find(isPattern) ?? 'default', MOMENT);
  }
  return named(field, capture) ?? (field && candidates(field)[0]) ?? '1';
}
