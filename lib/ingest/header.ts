// Reads a CSV file's header line and decides which column fills which field, or why the file cannot be read at all.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import type { Dataset } from '../core/contract.ts';
import { shown, type Violation } from '../core/violation.ts';
import { fileViolation } from './row-source.ts';

export type Header = {
  /** The file's columns in its order. */
  readonly labels: readonly string[];
  /** Field name → index of its column. */
  readonly columns: ReadonlyMap<string, number>;
  /** Labels that no field takes. */
  readonly ignored: readonly string[];
};

const MAX_HEADER_BYTES = 4 * 1024 * 1024;

/** The file's bytes, uncompressed. */
export function openBytes(path: string): AsyncIterable<Uint8Array> {
  const bytes = createReadStream(path, { highWaterMark: 1024 * 1024 });
  if (!path.endsWith('.gz')) return bytes;
  const plain = createGunzip({ chunkSize: 1024 * 1024 });
  // A broken archive ends `plain` with the error, which its reader meets; the promise would only repeat it.
  pipeline(bytes, plain).catch(() => undefined);
  return plain;
}

/** The first record's cells; undefined for a file without any; a message where it cannot be read. */
async function firstRecord(
  dataset: Dataset,
  path: string,
): Promise<string[] | undefined | { problem: string }> {
  const parser = parse({
    delimiter: dataset.dialect.delimiter,
    quote: dataset.dialect.quoteChar,
    bom: true,
    to: 1,
    record_delimiter: ['\r\n', '\n'],
    max_record_size: MAX_HEADER_BYTES,
  });
  const feeding = (async () => {
    for await (const chunk of openBytes(path)) {
      if (parser.destroyed || parser.writableEnded) return;
      if (!parser.write(chunk))
        await new Promise<void>((resolve) => parser.once('drain', resolve).once('close', resolve));
    }
    parser.end();
  })();
  feeding.catch((error: Error) => parser.destroy(error));
  try {
    for await (const record of parser) return record as string[];
    return undefined;
  } catch (error) {
    if (error instanceof CsvError) return { problem: error.message };
    throw error;
  } finally {
    parser.destroy();
  }
}

/** `fromPath`: fields that need no column because the key gives their value. */
export async function readHeader(
  dataset: Dataset,
  path: string,
  fromPath: ReadonlySet<string>,
): Promise<Header | Violation> {
  const labels = await firstRecord(dataset, path);
  if (labels === undefined)
    return fileViolation('source-error', 'the file is empty: it has not even a header line');
  if ('problem' in labels)
    return fileViolation('source-error', `the header line cannot be read: ${labels.problem}`);
  if (labels.some((label) => label.includes('\r'))) {
    return fileViolation(
      'source-error',
      'the lines end with a carriage return alone: write them with LF or CRLF',
    );
  }
  const twice = labels.find((label, i) => label !== '' && labels.indexOf(label) !== i);
  if (twice !== undefined)
    return fileViolation('duplicate-label', `the header names the column ${shown(twice)} twice`, twice);
  return matchLabels(dataset, labels, fromPath);
}

function matchLabels(
  dataset: Dataset,
  labels: readonly string[],
  fromPath: ReadonlySet<string>,
): Header | Violation {
  const columns = new Map<string, number>();
  const missing: string[] = [];
  for (const field of dataset.fields) {
    const index = labels.indexOf(field.header);
    if (index >= 0) columns.set(field.name, index);
    else if (field.constraints.required && !fromPath.has(field.name)) missing.push(field.header);
  }
  if (missing.length > 0) {
    const names = missing.map((label) => JSON.stringify(label)).join(', ');
    const found = labels.map((label) => JSON.stringify(label)).join(', ');
    return fileViolation(
      'missing-label',
      `the header lacks ${names}; it has ${found} (delimiter ${JSON.stringify(dataset.dialect.delimiter)})`,
      missing[0],
    );
  }
  if (columns.size === 0) {
    const found = labels.map((label) => JSON.stringify(label)).join(', ');
    return fileViolation(
      'missing-label',
      `no column of the first line is one of ${dataset.name}'s; it has ${found} (delimiter ${JSON.stringify(dataset.dialect.delimiter)})`,
    );
  }
  const taken = new Set(columns.values());
  const ignored = labels.filter((_, i) => !taken.has(i));
  if (ignored.length > 0 && dataset.extraColumns === 'reject') {
    return fileViolation(
      'extra-label',
      `the header has ${ignored.map((l) => JSON.stringify(l)).join(', ')}, which the contract of ${dataset.name} does not know`,
      ignored[0],
    );
  }
  return { labels, columns, ignored };
}
