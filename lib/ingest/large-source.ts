// A source file that is too large to be converted here: what its first bytes say, whether it can be read in parts, and the job that
// does it. lib/jobs knows how; this asks, and publishes what comes back.
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../core/contract.ts';
import { isSingleByte } from '../core/encodings.ts';
import { RecordScanner } from '../core/record-scanner.ts';
import type { Violation } from '../core/violation.ts';
import { CliError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import type { Finished, Jobs, SourceBeginning, SourceManifest, SourceWork } from '../lake/jobs.ts';
import { pathValues } from '../lake/path-values.ts';
import { FIRST_ROW } from '../lake/tags.ts';
import { addOf } from '../lake/uploaded-file.ts';
import type { ObjectVersion } from '../ports.ts';
import { readHeader, readLabels } from './csv/header.ts';
import { pastSepLine } from './csv/sep-line.ts';
import { foreignFile } from './open-source.ts';
import { readBeginning } from './packing.ts';
import { publishUploaded, type ReadResult, type Target } from './publish.ts';
import { fileViolation, type SourceFile } from './row-source.ts';
import { AS_A_WHOLE } from './size-limit.ts';
import { BYTE_ORDER_MARK } from './source-bytes.ts';
import type { Staged } from './staged.ts';
import { Stopwatch } from './stopwatch.ts';

const FIRST_HEAD_BYTES = 1024 * 1024;
const MAX_HEAD_BYTES = 64 * 1024 * 1024;

/** `whole`: why it can only be read as a whole, and what to do. */
type Beginning = SourceBeginning | Violation | { readonly whole: string };

/** The job failed as often as it may. */
export class JobFailedError extends CliError {
  override readonly name = 'JobFailedError';
}

/**
 * Undefined if landing no longer holds the version. `tooLarge`: the refusal of a file that can only be read as a whole. Throws
 * JobFailedError.
 */
export async function convertElsewhere(
  target: Target,
  jobs: Jobs,
  version: ObjectVersion,
  tooLarge: Violation,
): Promise<Staged | undefined> {
  const { effects, dataset, table } = target;
  const refused = (violation: Violation) =>
    publishUploaded(
      target,
      version,
      { outcome: 'rejected', violation },
      NOTHING,
      new Stopwatch(effects.clock),
    );
  const begin = await beginningOf(effects, dataset, version);
  if (begin === undefined) return undefined;
  if ('rule' in begin) return refused(begin);
  if ('whole' in begin)
    return refused({
      ...tooLarge,
      message: `${tooLarge.message}. ${AS_A_WHOLE}: ${begin.whole}`,
    });
  const work: SourceWork = {
    kind: 'source',
    dataset: dataset.name,
    contract: dataset.hash,
    table,
    version,
    begin,
  };
  const isSame = (other: SourceWork) => JSON.stringify(other) === JSON.stringify(work);
  const answer = await jobs.ask(work, isSame);
  if ('failed' in answer) throw new JobFailedError(answer.failed);
  if ('running' in answer) return { version, replaces: false, adds: [], running: answer.running };
  return publishFinished(target, version, answer);
}

const NOTHING = { adds: [], quarantine: undefined };

async function publishFinished(
  target: Target,
  version: ObjectVersion,
  { job, manifest }: Finished<SourceWork>,
): Promise<Staged> {
  const { effects } = target;
  const now = effects.clock().getTime();
  const adds = manifest.files.map(({ firstRow, ...file }) =>
    addOf(file, now, firstRow === 0 ? {} : { [FIRST_ROW]: String(firstRow) }),
  );
  const uploaded = { adds, quarantine: manifest.quarantine };
  const staged = await publishUploaded(
    target,
    version,
    readOf(manifest),
    uploaded,
    new Stopwatch(effects.clock),
  );
  return { ...staged, job };
}

function readOf(manifest: SourceManifest): ReadResult {
  const { violation, rows, acceptedRows, superseded, skipped, text } = manifest;
  if (violation !== undefined) {
    const isRead = rows > 0;
    return { outcome: 'rejected', violation, ...(isRead ? { rows, skipped, text } : {}) };
  }
  const { columnRemarks, ignoredColumns, missingColumns } = manifest;
  return {
    outcome: 'accepted',
    ...{ rows, acceptedRows, superseded, skipped, columnRemarks, ignoredColumns, missingColumns, text },
  };
}

/** Why files of the dataset can only be read as a whole. */
export function wholeOnly({ format, encoding, footerRows, mode, fields, json }: Dataset): string | undefined {
  if (format !== 'csv' && format !== 'ndjson')
    return `a ${format === 'json' ? 'JSON document' : 'workbook'} is one whole: write CSV, a JSON object a line ("format": "ndjson"), or several files`;
  if (json?.columns === 'header')
    return 'its first record names the columns: list them in the contract ("itemKeys"), or split the file';
  const isByteText =
    encoding === 'utf-8' ||
    encoding === 'iso-8859-1' ||
    encoding === 'windows-1252' ||
    isSingleByte(encoding);
  if (!isByteText)
    return `in ${encoding} a byte may be a part of a character: write the file in UTF-8, or split it`;
  if (footerRows !== undefined) return `"footerRows" is about the end of the whole file: split the file`;
  if (mode === 'upsert' && fields.some(({ constraints }) => constraints.unique))
    return '"unique" in an upsert dataset compares the newest rows of the whole file: split the file';
  return undefined;
}

async function beginningOf(
  effects: Pick<Effects, 'landing' | 'scratch'>,
  dataset: Dataset,
  version: ObjectVersion,
): Promise<Beginning | undefined> {
  const whole = wholeOnly(dataset);
  if (whole !== undefined) return { whole };
  const { values: fromPath, problem } = pathValues(dataset, version.key);
  if (problem) return fileViolation('partition-value', problem.message, problem.text);
  for (let bytes = FIRST_HEAD_BYTES; ; bytes *= 8) {
    const to = Math.min(bytes, version.sizeBytes);
    const head = await effects.landing.downloadRanges(version.key, version.etag, [{ from: 0, to }]);
    if (head === undefined) return undefined;
    const scratch = await mkdtemp(join(effects.scratch, 'head-'));
    try {
      const file = { dataset, path: head.path, key: version.key, fromPath, scratch };
      const found = await readBegin(file, to === version.sizeBytes);
      if (found !== undefined) return found;
    } finally {
      await head.release();
      await rm(scratch, { recursive: true, force: true });
    }
    if (bytes >= MAX_HEAD_BYTES)
      return fileViolation(
        'source-error',
        `its header and first record are longer than ${MAX_HEAD_BYTES} bytes: a quote is probably opened there and not closed`,
      );
  }
}

/** Undefined if the head ends before the first record does. */
async function readBegin(file: SourceFile, isAll: boolean): Promise<Beginning | undefined> {
  const { dataset } = file;
  const beginning = await readBeginning(file.path);
  if (beginning.foreign !== undefined) return foreignFile(beginning.foreign);
  if (beginning.packing !== 'none')
    return { whole: `it is packed with ${beginning.packing}: send it unpacked, or as several files` };
  if (dataset.format === 'ndjson') {
    const headerBytes = markBytes(dataset, beginning.head);
    return { headerBytes, headerLines: 0, lastByte: -1, labels: [] };
  }
  const past = await pastSepLine({ ...file, beginning });
  if ('rule' in past) return past;
  if (past.hasSepLine) return { whole: 'its first line is "sep=": leave that line out' };
  const mark = markBytes(dataset, beginning.head);
  const scanner = new RecordScanner(dataset.dialect, 2);
  let bytes = 0;
  const at: Buffer[] = [];
  for await (const chunk of createReadStream(file.path, { start: mark })) {
    scanner.push(chunk as Buffer);
    at.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (scanner.records > 0) break;
  }
  if (scanner.records === 0 && !isAll) return undefined;
  const { position, lines } = scanner.border ?? { position: bytes, lines: scanner.lines };
  const headerBytes = mark + position;
  const read = await readLabels(file);
  if ('rule' in read) return read;
  const { labels, first } = read;
  const lastByte = position === 0 ? -1 : (Buffer.concat(at)[position - 1] ?? -1);
  const begin = {
    ...{ headerBytes, headerLines: lines, lastByte, labels },
    ...(first === undefined ? {} : { first }),
  };
  if (first !== undefined && first.length !== labels.length)
    return labels.length <= 2
      ? { whole: 'its records have not as many cells as its header: correct the header' }
      : begin;
  const part = { headerLines: lines, linesBefore: 0, first, trailing: undefined, quotes: {} };
  const header = await readHeader({ ...file, part });
  return 'rule' in header ? header : begin;
}

/** Of a byte order mark. */
function markBytes({ encoding }: Dataset, head: Buffer): number {
  return encoding === 'utf-8' && head.indexOf(BYTE_ORDER_MARK) === 0 ? BYTE_ORDER_MARK.length : 0;
}
