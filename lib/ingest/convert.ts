// One source file to Parquet: accepted rows by partition, rejected rows for quarantine, and the proof that none is lost.
// Knows nothing of tables, commits or reports. Law 3 (conservation) and law 8 (bounded memory) are held here.
import { join } from 'node:path';
import { validation } from '../core/validation-sql.ts';
import type { Violation } from '../core/violation.ts';
import { CorruptionError } from '../errors.ts';
import { SqlError, type SqlSession } from '../ports.ts';
import {
  copyAccepted,
  type DataFile,
  hasRepeatedKey,
  keepFirstOfEachKey,
  splitByPartition,
} from './accepted-rows.ts';
import { csvSource } from './csv-source.ts';
import { jsonSource } from './json-source.ts';
import { type QuarantineFile, writeQuarantine } from './quarantine.ts';
import { rejectedRows } from './rejected-rows.ts';
import { fileViolation, type RowSource, type SourceFile } from './row-source.ts';

export type Converted = {
  readonly outcome: 'accepted';
  readonly rows: number;
  readonly acceptedRows: number;
  readonly dataFiles: readonly DataFile[];
  readonly quarantine: QuarantineFile | undefined;
  readonly ignoredColumns: readonly string[];
};
export type Refused = { readonly outcome: 'rejected'; readonly violation: Violation };

/** Throws CorruptionError where the counts do not add up, SqlError where the engine fails for another reason than the data. */
export async function convert(session: SqlSession, file: SourceFile): Promise<Converted | Refused> {
  try {
    const source = await (file.dataset.format === 'json' ? jsonSource(file) : csvSource(file));
    return 'rule' in source
      ? { outcome: 'rejected', violation: source }
      : await convertRows(session, file, source);
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'data') {
      return { outcome: 'rejected', violation: fileViolation('source-error', engineProblem(error)) };
    }
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_')) {
      const message = `the gzip archive is broken: ${(error as Error).message}`;
      return { outcome: 'rejected', violation: fileViolation('source-error', message) };
    }
    throw error;
  }
}

/** The engine's first line says what is wrong; the rest speaks of its own options. */
function engineProblem(error: SqlError): string {
  const [first = ''] = error.message.split('\n');
  if (!first.includes('state machine')) return first;
  return 'the file cannot be read as CSV: its line ends are mixed (LF and CRLF), or a quote is out of place; write it anew with one kind of line end';
}

async function convertRows(
  session: SqlSession,
  file: SourceFile,
  source: RowSource,
): Promise<Converted | Refused> {
  const rules = validation(file.dataset, source.texts, file.fromPath);
  const accepted = join(file.scratch, 'accepted.parquet');
  const [valid, count] = await both(
    copyAccepted(session, file, source, rules, accepted),
    source.countRecords(),
  );
  if (count.ambiguousLine !== undefined) return ambiguous(count.ambiguousLine);
  const rows = count.records;
  const repeated = valid > 0 && (await hasRepeatedKey(session, file, accepted));
  let acceptedRows = valid;
  let quarantine: QuarantineFile | undefined;
  if (repeated) acceptedRows = await keepFirstOfEachKey(session, file, accepted);
  if (acceptedRows !== rows) {
    quarantine = await writeQuarantine(session, file.scratch, rejectedRows(session, file, source, rules));
  }
  if (acceptedRows + (quarantine?.rows ?? 0) !== rows)
    return unbalanced(file, rows, acceptedRows, quarantine);
  const dataFiles = await splitByPartition(session, file, accepted, acceptedRows);
  return { outcome: 'accepted', rows, acceptedRows, dataFiles, quarantine, ignoredColumns: source.ignored };
}

/** Waits for the other work too where one fails: the session must not be closed under it. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

function ambiguous(line: number): Refused {
  const message = `line ${line}: blanks stand between a quote and its delimiter, so that the cell can be read in two ways: take them out`;
  return { outcome: 'rejected', violation: fileViolation('source-error', message) };
}

/** Broken quotes leave open where a record ends: then the file is refused. Otherwise the mismatch is our fault. */
function unbalanced(
  file: SourceFile,
  rows: number,
  accepted: number,
  quarantine: QuarantineFile | undefined,
): Refused {
  const quotes = quarantine?.examples.find((row) => row.violations.some((v) => v.rule === 'source-error'));
  if (quotes) {
    const message = `quotes are not balanced from line ${quotes.line} on, so that its records cannot be told apart: correct that line and send the file again`;
    return { outcome: 'rejected', violation: fileViolation('source-error', message) };
  }
  throw new CorruptionError(
    `${file.path}: ${rows} records, but ${accepted} accepted and ${quarantine?.rows ?? 0} quarantined. Nothing was committed; please report this file's shape.`,
  );
}
