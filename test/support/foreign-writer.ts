// Another program that writes to a Delta table as delta-rs or Spark would: entries without our tags, ids and digests.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ObjectStore, SqlEngine } from '../../lib/ports.ts';

export const FOREIGN_OPERATIONS = [
  'OPTIMIZE',
  'DELETE',
  'DELETE FILES',
  'UPDATE',
  'INSERT',
  'SETTINGS',
  'RESTORE',
] as const;
export type ForeignOperation = (typeof FOREIGN_OPERATIONS)[number];

type Json = Record<string, unknown>;
type AddJson = { path: string; partitionValues: Record<string, string | null>; size: number };
type State = { version: number; metaData: Json; files: Map<string, AddJson> };

/** Its own replay of the JSON entries, which knows nothing of ours. Undefined where there is no table. */
export async function replayLog(
  store: ObjectStore,
  prefix: string,
  newest = Infinity,
): Promise<State | undefined> {
  const files = new Map<string, AddJson>();
  let metaData: Json | undefined;
  let version = -1;
  while (version < newest) {
    const bytes = await store.read(`${prefix}/_delta_log/${String(version + 1).padStart(20, '0')}.json`);
    if (bytes === undefined) break;
    version += 1;
    for (const line of new TextDecoder().decode(bytes).split('\n').filter(Boolean)) {
      const action = JSON.parse(line) as { add?: AddJson; remove?: { path: string }; metaData?: Json };
      if (action.add) files.set(action.add.path, action.add);
      if (action.remove) files.delete(action.remove.path);
      if (action.metaData) metaData = action.metaData;
    }
  }
  return metaData && { version, metaData, files };
}

/** One commit; false where there is nothing that it could change. `nth` chooses among the table's files. */
export async function writeForeign(
  sql: SqlEngine,
  scratch: string,
  store: ObjectStore,
  prefix: string,
  operation: ForeignOperation,
  nth: number,
): Promise<boolean> {
  const state = await replayLog(store, prefix);
  const all = [...(state?.files.values() ?? [])];
  const chosen = all[nth % Math.max(1, all.length)];
  if (state === undefined) return false;
  if (operation === 'SETTINGS')
    return commit(store, prefix, state.version, operation, [
      {
        metaData: {
          ...state.metaData,
          configuration: { ...(state.metaData.configuration as Json), foreign: `${nth}` },
        },
      },
    ]);
  if (operation === 'RESTORE') {
    const actions = await restore(store, prefix, state, nth % (state.version + 1));
    return actions.length > 0 && commit(store, prefix, state.version, operation, actions);
  }
  if (chosen === undefined) return false;
  const isSame = (add: AddJson) =>
    JSON.stringify(add.partitionValues) === JSON.stringify(chosen.partitionValues);
  const read = operation === 'OPTIMIZE' ? all.filter(isSame) : [chosen];
  const dataChange = operation !== 'OPTIMIZE';
  const removes = operation === 'INSERT' ? [] : read.map(({ path }) => remove(path, dataChange));
  if (operation === 'DELETE FILES') return commit(store, prefix, state.version, operation, removes);
  const add = await rewrite(sql, scratch, store, prefix, read, operation);
  return commit(store, prefix, state.version, operation, [...removes, { add: { ...add, dataChange } }]);
}

/** The files of an older version in the place of the newest one's, those that a vacuum took left out. */
async function restore(
  store: ObjectStore,
  prefix: string,
  { files }: State,
  version: number,
): Promise<Json[]> {
  const older = (await replayLog(store, prefix, version))?.files ?? new Map<string, AddJson>();
  const actions: Json[] = [...files.keys()]
    .filter((path) => !older.has(path))
    .map((path) => remove(path, true));
  for (const [path, add] of older)
    if (!files.has(path) && (await store.head(`${prefix}/${decodeURIComponent(path)}`)))
      actions.push({ add: { ...add, dataChange: true } });
  return actions;
}

/** As others may: without partition values and size, and with null where they have nothing to say. */
function remove(path: string, dataChange: boolean): Json {
  return { remove: { path, dataChange, deletionTimestamp: 1_700_000_000_000, tags: null } };
}

async function rewrite(
  sql: SqlEngine,
  scratch: string,
  store: ObjectStore,
  prefix: string,
  read: readonly AddJson[],
  operation: ForeignOperation,
): Promise<AddJson & Json> {
  const locals = await Promise.all(
    read.map(async ({ path }) => (await store.download(`${prefix}/${decodeURIComponent(path)}`))?.path ?? ''),
  );
  const written = join(scratch, `foreign-${randomUUID()}.parquet`);
  const rows = {
    OPTIMIZE: 'SELECT * FROM files',
    DELETE: 'SELECT * FROM files LIMIT (SELECT greatest(count(*) - 1, 0) FROM files)',
    UPDATE: 'SELECT * FROM files UNION ALL (FROM files LIMIT 1)',
    INSERT: 'FROM files LIMIT 1',
  }[operation as 'OPTIMIZE'];
  const count = await sql.session((session) =>
    session.run(
      `COPY (WITH files AS (FROM read_parquet([${locals.map((path) => `'${path}'`).join(', ')}], hive_partitioning = false, union_by_name = true)) ${rows}) TO '${written}' (FORMAT parquet)`,
    ),
  );
  const path = `part-00000-${randomUUID()}.c000.snappy.parquet`;
  const { sizeBytes } = await store.upload(written, `${prefix}/${path}`);
  const { partitionValues } = read[0] as AddJson;
  return {
    path,
    partitionValues,
    size: sizeBytes,
    modificationTime: 1_700_000_000_000,
    stats: JSON.stringify({ numRecords: count }),
    tags: null,
  };
}

function commit(
  store: ObjectStore,
  prefix: string,
  version: number,
  operation: string,
  actions: readonly Json[],
): Promise<boolean> {
  const commitInfo = { timestamp: 1_700_000_000_000, operation, engineInfo: 'delta-rs:1.6.2' };
  const text = [...actions, { commitInfo }].map((action) => JSON.stringify(action)).join('\n');
  const key = `${prefix}/_delta_log/${String(version + 1).padStart(20, '0')}.json`;
  return store.create(key, new TextEncoder().encode(text));
}
