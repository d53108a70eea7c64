// Which facts a channel was told: one object in the lake for each, with the fact's id and nothing else. Lost marks are told again;
// no reader takes them for the truth about anything else.
import { inParallel } from '../in-parallel.ts';
import { jsonBytes, parseJsonObject } from '../json-object.ts';
import { toldKey, toldPrefix, toldTopic, topicHash } from '../lake/layout.ts';
import type { ObjectStore } from '../ports.ts';
import { aboutOf, type FactId, topicOf } from './fact.ts';

/** A mark: its key, and the fact's id; undefined if the mark was altered. */
export type Mark = { readonly key: string; readonly id: FactId | undefined };

function markKey(channel: string, id: FactId): string {
  const about = aboutOf(id);
  return toldKey(channel, about === undefined ? id : topicOf(about), id);
}

/** Of those ids, the ones that the channel was not told. One request for each. */
export async function untoldOf(
  lake: ObjectStore,
  channel: string,
  ids: Iterable<FactId>,
): Promise<ReadonlySet<FactId>> {
  const untold = new Set<FactId>();
  await inParallel(ids, async (id) => {
    if ((await lake.head(markKey(channel, id))) === undefined) untold.add(id);
  });
  return untold;
}

/** `untold`: of `standing`. `past`: what the channel was told of that does not stand; with `topics`, about these alone. */
export async function compareTold(
  lake: ObjectStore,
  channel: string,
  standing: Iterable<FactId>,
  topics?: Iterable<string>,
): Promise<{ readonly untold: ReadonlySet<FactId>; readonly past: readonly Mark[] }> {
  const expected = new Map<string, FactId>();
  for (const id of standing) expected.set(markKey(channel, id), id);
  const untold = new Set(expected.values());
  const others: string[] = [];
  const wanted = topics && new Set(Array.from(topics, topicHash));
  for await (const { key } of lake.list(toldPrefix(channel))) {
    const id = expected.get(key);
    if (id !== undefined) untold.delete(id);
    else if (wanted === undefined || wanted.has(toldTopic(key) ?? '')) others.push(key);
  }
  const past: Mark[] = [];
  await inParallel(others, async (key) => {
    const bytes = await lake.read(key);
    if (bytes === undefined) return;
    const id = parseJsonObject<{ id?: unknown }>(bytes)?.id;
    past.push({ key, id: typeof id === 'string' ? id : undefined });
  });
  return { untold, past: past.sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

/** After telling, and not before: a crash between the two tells twice. */
export async function remember(lake: ObjectStore, channel: string, ids: Iterable<FactId>): Promise<void> {
  await inParallel(ids, async (id) => {
    await lake.create(markKey(channel, id), jsonBytes({ id }));
  });
}

export async function forget(lake: ObjectStore, marks: readonly Mark[]): Promise<void> {
  if (marks.length > 0) await lake.remove(marks.map(({ key }) => key));
}
