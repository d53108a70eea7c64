// One log entry from its bytes: actions that the rest of the code can rely on, or a sentence on what is wrong with it. Pure.
// Entries come from other programs, too, and from disks that lose bits: nothing in them is taken for granted.
import { CorruptionError } from '../errors.ts';
import type { Action } from './actions.ts';
import { commitId, sealOf } from './commit-id.ts';
import { entryKey } from './log-keys.ts';
import type { Entry } from './snapshot.ts';

/** What to do about a log that cannot be read; a clause without its full stop. */
export function logRemedy(prefix: string): string {
  return `bring it back from a backup or an older object version. If there is none, move the folder ${prefix} out of the lake and run "npx sluice sync", which makes the table again if a contract or an insight defines it`;
}

/** Throws CorruptionError where it is empty, is not JSON, or does not hold what was written. */
export function parseEntry(prefix: string, version: number, bytes: Uint8Array): Entry {
  const key = entryKey(prefix, version);
  const text = decoded(prefix, key, bytes);
  const actions = text.split('\n').flatMap((line, index) => parseLine(prefix, key, line, index + 1));
  if (actions.length === 0) throw damaged(prefix, key, 'is empty');
  const id = commitId(version, text);
  const seal = sealOf(actions);
  if (seal !== undefined && seal.digest !== id)
    throw damaged(prefix, key, 'is not as it was written: its digest is that of another text');
  return { version, actions, id };
}

function decoded(prefix: string, key: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw damaged(prefix, key, 'is not UTF-8', error);
  }
}

function parseLine(prefix: string, key: string, line: string, number: number): Action[] {
  if (line.trim() === '') return [];
  const shown = JSON.stringify(line.slice(0, 200));
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw damaged(prefix, key, `is damaged: line ${number} is not JSON: ${shown}`, error);
  }
  if (!isAction(value)) throw damaged(prefix, key, `is damaged: line ${number} is not an action: ${shown}`);
  return [value];
}

type Members = Readonly<Record<string, unknown>>;

/** Actions that we do not know pass: PROTOCOL.md, "Requirements for Readers". Of the others what we rely on is there. */
function isAction(value: unknown): value is Action {
  if (!isObject(value)) return false;
  const { add, remove, metaData, protocol, txn, commitInfo } = value as Members;
  return (
    (add === undefined || isAdd(add)) &&
    (remove === undefined ||
      (isObject(remove) && typeof remove.path === 'string' && isMap(remove.partitionValues))) &&
    (metaData === undefined || isMetadata(metaData)) &&
    (protocol === undefined ||
      (isObject(protocol) && isNumber(protocol.minReaderVersion) && isNumber(protocol.minWriterVersion))) &&
    (txn === undefined || (isObject(txn) && typeof txn.appId === 'string' && isNumber(txn.version))) &&
    (commitInfo === undefined || isObject(commitInfo))
  );
}

function isAdd(add: unknown): boolean {
  return (
    isObject(add) &&
    typeof add.path === 'string' &&
    isObject(add.partitionValues) &&
    isNumber(add.size) &&
    isNumber(add.modificationTime) &&
    (add.stats == null || typeof add.stats === 'string') &&
    isMap(add.tags)
  );
}

function isMetadata(metadata: unknown): boolean {
  return (
    isObject(metadata) &&
    typeof metadata.id === 'string' &&
    typeof metadata.schemaString === 'string' &&
    Array.isArray(metadata.partitionColumns) &&
    isObject(metadata.configuration)
  );
}

function isMap(value: unknown): boolean {
  return value == null || isObject(value);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(prefix: string, key: string, problem: string, cause?: unknown): CorruptionError {
  return new CorruptionError(`${key} ${problem}. To mend it: ${logRemedy(prefix)}`, { cause });
}
