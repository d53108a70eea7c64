// What one sample file is: its format, encoding and dialect, and the labels of its columns. Its values are read later.
import { join } from 'node:path';
import type { Dataset, Encoding, Format } from '../core/contract.ts';
import type { DialectWords } from '../definitions/contract-schema.ts';
import { parseContract } from '../definitions/parse-contract.ts';
import type { SourceFile, SourceLimit } from '../ingest/row-source.ts';
import { BrokenArchiveError, TooLargeError } from '../ingest/source-bytes.ts';
import { hiveFolders } from '../lake/path-values.ts';
import { guessDialect } from './dialect.ts';
import { jsonFormat, jsonMembers } from './json-kind.ts';
import { packageText } from './package-text.ts';
import { survey } from './survey.ts';

/** A file that a person named. */
export type Sample = {
  /** As it is shown to people. */
  readonly shown: string;
  /** On the local disk. */
  readonly path: string;
  /** Its key in landing, if it is there. */
  readonly key?: string;
  /** Its place as typed, with `/`: names and folders are taken from it. */
  readonly place: string;
};

export type KnownSample = Sample & {
  readonly format: Format;
  readonly encoding: Encoding;
  readonly isAscii: boolean;
  readonly dialect: DialectWords;
  /** In the file's order. */
  readonly labels: readonly string[];
  readonly hasHeader: boolean;
  /** Names of its folders `name=value`, outermost first. */
  readonly folders: readonly string[];
  readonly seen: readonly string[];
};

export type RefusedSample = { readonly sample: Sample; readonly problem: string };

export type ReadOptions = {
  readonly scratch: string;
  readonly limit: SourceLimit;
  /** Whether CSV files have a header, as a person says. */
  readonly header?: boolean;
};

export async function readSample(sample: Sample, options: ReadOptions): Promise<KnownSample | RefusedSample> {
  const refused = (problem: string) => ({ sample, problem });
  try {
    const found = await survey(sample.path, options.limit.bytes);
    if ('problem' in found) return refused(found.problem);
    const { encoding, isAscii, head, headIsWhole } = found;
    const folders = [...new Set(hiveFolders(sample.key ?? sample.place).map(({ name }) => name))];
    const known = { ...sample, encoding, isAscii, folders };
    const encoded = `encoding ${encoding}: ${found.seen}`;
    if (isJsonName(sample.path)) {
      const format = jsonFormat(head);
      if (typeof format !== 'string') return refused(format.problem);
      const labels = await jsonMembers(textFile({ ...known, format, dialect: {}, labels: ['a'] }, options));
      if ('problem' in labels) return refused(labels.problem);
      if (labels.length === 0) return refused('no record of it has a member');
      const how = format === 'json' ? 'an array of objects' : 'one object per line';
      return {
        ...known,
        format,
        dialect: {},
        labels,
        hasHeader: true,
        seen: [`format ${format}: ${how}`, encoded],
      };
    }
    const written = guessDialect(head, headIsWhole, options.header);
    if ('problem' in written) return refused(written.problem);
    const { words, labels, hasHeader, seen } = written;
    if (labels.every((label) => label === '')) return refused('its header names no column');
    return { ...known, format: 'csv', dialect: words, labels, hasHeader, seen: [encoded, ...seen] };
  } catch (error) {
    if (error instanceof BrokenArchiveError) return refused(error.message);
    if (error instanceof TooLargeError)
      return refused(`it holds more than ${error.bytes} bytes unpacked: draft from a part of it`);
    throw error;
  }
}

function isJsonName(path: string): boolean {
  return /\.(json|ndjson|jsonl)(\.(gz|zst|bz2))?$/i.test(path);
}

type Written = Pick<KnownSample, 'path' | 'format' | 'encoding' | 'dialect' | 'labels'>;

/** The sample as a source file of a dataset whose fields are all texts, named after their place: `c0`, `c1`, … */
export function textFile(written: Written, { scratch, limit }: ReadOptions): SourceFile {
  return { dataset: textDataset(written), path: written.path, fromPath: new Map(), scratch, limit };
}

export function columnName(index: number): string {
  return `c${index}`;
}

/** Columns without a label are none, nor are those with the label of an earlier one (ingest refuses such a file). */
export function isColumn(labels: readonly string[], index: number): boolean {
  return labels[index] !== '' && labels.indexOf(labels[index] ?? '') === index;
}

function textDataset({ format, encoding, dialect, labels }: Written): Dataset {
  const hasHeader = dialect.header !== false;
  const fields = labels.flatMap((label, i) =>
    isColumn(labels, i)
      ? [{ name: columnName(i), ...(hasHeader ? { header: label } : {}), type: 'string' }]
      : [],
  );
  const csv = format === 'csv' ? { dialect } : {};
  const resource = { name: 'draft', path: '*', format, encoding, ...csv, schema: { fields } };
  const [dataset] = parseContract('draft', 'draft', packageText('draft', [resource]));
  if (dataset === undefined) throw new Error('a contract of one resource has one dataset');
  return dataset;
}

/** A folder of its own for a sample's temporary files. */
export function sampleScratch(scratch: string, index: number): string {
  return join(scratch, `sample-${index}`);
}
