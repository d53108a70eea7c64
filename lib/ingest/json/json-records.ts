// Parses the records of a JSON source one by one: each has its members, or the reason why it is refused.
import { isUtf8 } from 'node:buffer';
import { isLosslessNumber, parse } from 'lossless-json';
import type { RefusedRow, Violation } from '../../core/violation.ts';
import { fileViolation, type SourceFile, sourceBytes } from '../row-source.ts';
import { type JsonCut, JsonDocument } from './json-document.ts';
import { JsonItems, type Members } from './json-items.ts';
import { JsonLines } from './json-lines.ts';
import { JsonMember } from './json-member.ts';

/** As Jackson has it, and far from where a call stack ends. */
const MAX_DEPTH = 1000;

export type JsonRecord = { readonly cut: JsonCut } & (
  | { readonly members: Members; readonly problem?: undefined }
  | { readonly problem: Violation }
);

/** As many as a piece of the file brings; at last, where the file must be refused as a whole, the reason. */
export async function* readJson(file: SourceFile): AsyncIterable<readonly JsonRecord[] | Violation> {
  const { json } = file.dataset;
  const reader = readerOf(file);
  const items = json?.columns === undefined ? undefined : new JsonItems(json.columns);
  for await (const chunk of sourceBytes(file)) {
    yield* records(reader.push(chunk), items);
    if (reader.refusal) return yield reader.refusal;
  }
  yield* records(reader.end(), items);
  if (reader.refusal) yield reader.refusal;
}

type Reader = {
  push(chunk: Buffer): readonly JsonCut[];
  end(): readonly JsonCut[];
  readonly refusal: Violation | undefined;
};

function readerOf({ dataset: { format, levels, json }, part }: SourceFile): Reader {
  if (format === 'ndjson') return new JsonLines(part?.linesBefore);
  return json === undefined || json.property.length === 0
    ? new JsonDocument(levels)
    : new JsonMember(json.property, levels);
}

function* records(
  cuts: readonly JsonCut[],
  items: JsonItems | undefined,
): Iterable<readonly JsonRecord[] | Violation> {
  const [first, ...others] = cuts;
  if (first === undefined || !items?.wantsHeader) return yield cuts.map((cut) => record(cut, items));
  const parsed = parsedCut(first);
  const problem = 'problem' in parsed ? parsed.problem : items.takeHeader(parsed.value);
  if (problem) yield { ...problem, message: `${placeOf(first)}: ${problem.message}` };
  else yield others.map((cut) => record(cut, items));
}

function placeOf({ path, line }: JsonCut): string {
  return path ?? `line ${line}`;
}

function record(cut: JsonCut, items?: JsonItems): JsonRecord {
  const parsed = parsedCut(cut);
  if ('problem' in parsed) return { cut, ...parsed };
  if (items) return { cut, ...items.membersOf(parsed.value) };
  if (isObject(parsed.value)) return { cut, members: parsed.value };
  return {
    cut,
    problem: fileViolation('source-error', 'the record is not an object ({"name": value, …})'),
  };
}

function parsedCut(cut: JsonCut): { readonly value: unknown } | { readonly problem: Violation } {
  const refused = (rule: Violation['rule'], message: string) => ({ problem: fileViolation(rule, message) });
  if (!isUtf8(cut.bytes))
    return refused('encoding-error', 'the record holds bytes that the encoding does not know');
  if (isDeeper(cut.bytes, MAX_DEPTH))
    return refused(
      'source-error',
      `the record is nested more than ${MAX_DEPTH.toLocaleString('en-US')} deep`,
    );
  try {
    const text = cut.bytes.toString();
    const value = parse(text);
    const half = halfCharacter(text, cut.keys, value);
    return half === undefined ? { value } : refused('encoding-error', half);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refused('source-error', `the record is not JSON: ${error.message}`);
  }
}

const [QUOTE, BACKSLASH] = [34, 92];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];

/** Of lists and objects within each other, outside of texts. Whoever parses them goes one call deeper for each. */
function isDeeper(bytes: Buffer, most: number): boolean {
  if (bytes.length <= most) return false;
  let depth = 0;
  let isText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (isText && byte === BACKSLASH) i += 1;
    else if (byte === QUOTE) isText = !isText;
    else if (isText) continue;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
    if (depth > most) return true;
  }
  return false;
}

/** JSON may write half of a character (`\ud83d` alone), which no text of the table can hold. */
function halfCharacter(text: string, keys: readonly string[], value: unknown): string | undefined {
  // In a key it is not in the record's own text.
  const isMaybe = /\\u[dD][89a-fA-F]/.test(text) || keys.length > 0;
  if (!isMaybe) return undefined;
  const parts = Array.isArray(value) ? value : isObject(value) ? Object.entries(value).flat() : [];
  const strings = [...keys, ...parts].filter((part) => typeof part === 'string');
  const half = strings.find((part) => HALF.test(part));
  return (
    half && `the record holds half a character (${JSON.stringify(HALF.exec(half)?.[0])}), which is no text`
  );
}

const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/** As quarantine keeps it: the text as it came. */
export function rejectedRecord({ cut }: JsonRecord, violations: readonly Violation[]): RefusedRow {
  const { line, path, bytes } = cut;
  return { line, ...(path === undefined ? {} : { path }), raw: bytes.toString(), violations };
}
