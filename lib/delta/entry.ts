// Parses one log entry: returns actions that the rest of the code can rely on, or throws with a message on what is wrong.
// Entries also come from other programs and from failing disks, so everything in them is checked. Pure.
import { CorruptionError } from '../errors.ts';
import type { Action } from './actions.ts';
import { commitId, sealOf } from './commit-id.ts';
import { entryKey } from './log-keys.ts';
import type { Entry } from './snapshot.ts';

/** What to do about an unreadable log; a clause without a full stop. */
export function logRemedy(prefix: string): string {
  return `restore it from a backup or an older object version. If there is none, move the folder ${prefix} out of the lake and run "npx sluice sync", which creates the table again if a contract or an insight defines it`;
}

/** Throws CorruptionError if it is empty, is not JSON, or is not what was written. */
export function parseEntry(prefix: string, version: number, bytes: Uint8Array): Entry {
  const key = entryKey(prefix, version);
  const text = decoded(prefix, key, bytes);
  const actions = text.split('\n').flatMap((line, index) => parseLine(prefix, key, line, index + 1));
  if (actions.length === 0) throw damaged(prefix, key, 'is empty');
  const id = commitId(version, text);
  const seal = sealOf(actions);
  if (seal !== undefined && seal.digest !== id)
    throw damaged(prefix, key, 'was altered after it was written: its digest does not match its text');
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

/** Unknown actions pass: PROTOCOL.md, "Requirements for Readers". Known ones have all the fields that we rely on. */
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
  return new CorruptionError(`${key} ${problem}. To repair it: ${logRemedy(prefix)}`, { cause });
}
