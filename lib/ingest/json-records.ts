// The records of a JSON source, one after another, each with its members or with the reason why it has none.
import { isUtf8 } from 'node:buffer';
import { isLosslessNumber, parse } from 'lossless-json';
import type { RejectedRow, Violation } from '../core/violation.ts';
import { type JsonCut, JsonDocument } from './json-document.ts';
import { JsonLines } from './json-lines.ts';
import { fileViolation, type SourceFile } from './row-source.ts';
import { textBytes } from './source-bytes.ts';

export type Members = Readonly<Record<string, unknown>>;
export type JsonRecord = { readonly cut: JsonCut } & (
  | { readonly members: Members; readonly problem?: undefined }
  | { readonly problem: Violation }
);

/** As many as a piece of the file brings; at last, where the file must be refused as a whole, the reason. */
export async function* readJson(file: SourceFile): AsyncIterable<readonly JsonRecord[] | Violation> {
  const { dataset, path } = file;
  const reader = dataset.format === 'ndjson' ? new JsonLines() : new JsonDocument(dataset.levels);
  for await (const chunk of textBytes(path, dataset.encoding)) {
    yield reader.push(chunk).map(record);
    if (reader.refusal) return yield reader.refusal;
  }
  yield reader.end().map(record);
  if (reader.refusal) yield reader.refusal;
}

function record(cut: JsonCut): JsonRecord {
  const refused = (rule: Violation['rule'], message: string) => ({
    cut,
    problem: fileViolation(rule, message),
  });
  if (!isUtf8(cut.bytes))
    return refused('encoding-error', 'the record holds bytes that the encoding does not know');
  try {
    const value = parse(cut.bytes.toString());
    if (isObject(value)) return { cut, members: value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refused('source-error', `the record is not JSON: ${error.message}`);
  }
  return refused('source-error', 'the record is not an object ({"name": value, …})');
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/** As quarantine keeps it: the text as it came. */
export function rejectedRecord({ cut }: JsonRecord, violations: readonly Violation[]): RejectedRow {
  const { line, path, bytes } = cut;
  return { line, ...(path === undefined ? {} : { path }), raw: bytes.toString(), violations };
}
