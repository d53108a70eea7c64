// Builds and parses the names of a log's objects: PROTOCOL.md, "Delta Log Entries" and "Checkpoints". Pure.

export function logPrefix(prefix: string): string {
  return `${prefix}/_delta_log/`;
}

export function entryKey(prefix: string, version: number): string {
  return `${logPrefix(prefix)}${padded(version)}.json`;
}

export function checkpointKey(prefix: string, version: number): string {
  return `${logPrefix(prefix)}${padded(version)}.checkpoint.parquet`;
}

export function lastCheckpointKey(prefix: string): string {
  return `${logPrefix(prefix)}_last_checkpoint`;
}

/** Parses a key; undefined unless it is an entry or a single-file checkpoint. */
export function logVersion(
  key: string,
): { readonly kind: 'entry' | 'checkpoint'; readonly version: number } | undefined {
  const match = /\/_delta_log\/(\d{20})\.(json|checkpoint\.parquet)$/.exec(key);
  return match
    ? { kind: match[2] === 'json' ? 'entry' : 'checkpoint', version: Number(match[1]) }
    : undefined;
}

function padded(version: number): string {
  return String(version).padStart(20, '0');
}
