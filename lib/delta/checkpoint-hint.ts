// `_last_checkpoint`: names the newest checkpoint, so that readers need not list the log. For Sluice it also holds the hashes
// of the latest checkpoints. PROTOCOL.md, "Last Checkpoint File Schema" and "JSON checksum".
import { createHash } from 'node:crypto';
import type { ObjectStore } from '../ports.ts';
import { lastCheckpointKey } from './log-keys.ts';

/** `contents`: hashes of checkpoints (content-hash.ts) by version. `isWhole`: false for kinds that we do not read. */
export type CheckpointHint = {
  readonly version: number;
  readonly contents: ReadonlyMap<number, string>;
  readonly isWhole: boolean;
};

export type HintCounts = {
  readonly numOfAddFiles: number;
  /** Actions in the checkpoint. */
  readonly size: number;
  readonly sizeInBytes: number;
  readonly version: number;
};

/** Prefix of the hint's tags; the checkpoint's version follows it. */
const CONTENT_TAG = 'sluice.content.';
const MAX_CONTENTS = 50;

/** The hint for a new checkpoint; it also keeps the hashes from the hint before. */
export function withContent(
  before: CheckpointHint | 'absent' | 'broken',
  version: number,
  content: string,
): ReadonlyMap<number, string> {
  const known = typeof before === 'object' ? [...before.contents] : [];
  const older = known.filter(([other]) => other < version).sort(([a], [b]) => b - a);
  return new Map<number, string>([[version, content], ...older].slice(0, MAX_CONTENTS) as [number, string][]);
}

export function hintText(counts: HintCounts, contents: ReadonlyMap<number, string>): string {
  const tags = Object.fromEntries([...contents].map(([version, hash]) => [`${CONTENT_TAG}${version}`, hash]));
  const hint = { ...counts, tags };
  return JSON.stringify({ ...hint, checksum: checksum(hint) });
}

/** `path=value` for each value, sorted by path. */
function checksum(hint: object): string {
  const encoded = (text: string) =>
    `"${encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}"`;
  const pairs = (path: string, value: unknown): string[] => {
    if (typeof value !== 'object' || value === null)
      return [`${path}=${typeof value === 'string' ? encoded(value) : String(value)}`];
    const name = (key: string) => (Array.isArray(value) ? key : encoded(key));
    return Object.entries(value).flatMap(([key, part]) =>
      pairs(path === '' ? name(key) : `${path}+${name(key)}`, part),
    );
  };
  return createHash('md5').update(pairs('', hint).sort().join(',')).digest('hex');
}

/** `broken` if readers cannot use it. */
export async function readHint(
  store: ObjectStore,
  prefix: string,
): Promise<CheckpointHint | 'absent' | 'broken'> {
  const bytes = await store.read(lastCheckpointKey(prefix));
  if (bytes === undefined) return 'absent';
  try {
    const raw = JSON.parse(new TextDecoder().decode(bytes)) as RawHint;
    const { checksum: stated, ...hint } = raw;
    if (!Number.isSafeInteger(hint.version)) return 'broken';
    if (stated !== undefined && stated !== checksum(hint)) return 'broken';
    return {
      version: hint.version as number,
      contents: contentsOf(hint.tags ?? {}),
      isWhole: hint.parts == null && hint.v2Checkpoint == null,
    };
  } catch {
    return 'broken';
  }
}

type RawHint = {
  readonly checksum?: unknown;
  readonly version?: unknown;
  readonly parts?: unknown;
  readonly v2Checkpoint?: unknown;
  readonly tags?: Readonly<Record<string, unknown>> | null;
};

function contentsOf(tags: Readonly<Record<string, unknown>>): Map<number, string> {
  const own = Object.entries(tags).flatMap(([name, hash]): [number, string][] =>
    name.startsWith(CONTENT_TAG) && typeof hash === 'string'
      ? [[Number(name.slice(CONTENT_TAG.length)), hash]]
      : [],
  );
  return new Map(own);
}

/** The version that `_last_checkpoint` names; undefined if it is absent, unreadable, or of a kind that we do not read. */
export async function readCheckpointHint(store: ObjectStore, prefix: string): Promise<number | undefined> {
  const hint = await readHint(store, prefix);
  return typeof hint === 'object' && hint.isWhole ? hint.version : undefined;
}
