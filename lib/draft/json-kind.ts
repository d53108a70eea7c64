// What kind of JSON a sample is, and the members that its records have. Reads it with ingest's own reader.
import { JsonLines } from '../ingest/json/json-lines.ts';
import { readJson } from '../ingest/json/json-records.ts';
import type { SourceFile } from '../ingest/row-source.ts';

export type JsonFormat = 'json' | 'ndjson';

/** Decided by the text's beginning; undefined for neither. */
export function jsonFormat(head: Buffer): JsonFormat | { problem: string } {
  const text = head.toString('utf8').trimStart();
  if (text.startsWith('[')) return 'json';
  if (!text.startsWith('{')) return { problem: 'it is neither an array of objects nor one object per line' };
  const [first = '', second = ''] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (isObjects(first) && (second === '' || second.startsWith('{'))) return 'ndjson';
  return {
    problem:
      'it is one JSON object, whose records are probably nested by key: a contract can read that, but only you can name its "levels", or the "property" of its dialect (docs/contracts.md); draft reads arrays of objects, and one object per line',
  };
}

/** One, or several one after the other. */
function isObjects(line: string): boolean {
  const [cut] = new JsonLines().push(Buffer.from(`${line}\n`));
  try {
    return typeof JSON.parse(cut?.bytes.toString() ?? '') === 'object';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** More are probably keys that are data. */
const MAX_MEMBERS = 1000;

/** The members of all records, in order of appearance. */
export async function jsonMembers(file: SourceFile): Promise<string[] | { problem: string }> {
  const found = new Set<string>();
  for await (const records of readJson(file)) {
    if ('rule' in records) return { problem: records.message };
    for (const record of records) {
      if (record.problem) continue;
      for (const label of Object.keys(record.members)) found.add(label);
      if (found.size > MAX_MEMBERS)
        return {
          problem: `its records have more than ${MAX_MEMBERS} different members: their names are probably data`,
        };
    }
  }
  return [...found];
}
