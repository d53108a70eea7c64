// The pages of one file that links lead to: their keys tell when their links have expired.
import type { Clock, NewId, ObjectStore } from '../ports.ts';
import { LINKS } from './site.ts';

/** `site/links/20240131T120000Z-<random>.html`: the time is that of the link's end. */
export function linkKey(endsMs: number, newId: NewId): string {
  return `${LINKS}${new Date(endsMs).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}-${newId()}.html`;
}

/** Returns how many were removed. `store`: the lake. */
export async function removeExpiredLinks(store: ObjectStore, clock: Clock): Promise<number> {
  const expired: string[] = [];
  for await (const { key } of store.list(LINKS)) {
    const endsMs = endOf(key);
    if (endsMs !== undefined && endsMs < clock().getTime()) expired.push(key);
  }
  await store.remove(expired);
  return expired.length;
}

/** Undefined for any other key. */
function endOf(key: string): number | undefined {
  const [, ...parts] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[\w-]+\.html$/.exec(key.slice(LINKS.length)) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  return parts.length === 0 ? undefined : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
