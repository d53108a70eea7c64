// A shop of three days whose files belong to a user whom permissions bind, and the command line as that user starts it: what the
// tests of unseen parts of landing share. Permissions do not bind root: there another user is taken.
import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answer, sluice, startSluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

const NOBODY = 65534;
export const isRoot = process.getuid?.() === 0;

/** As a user whom permissions bind: this process becomes one meanwhile. */
export async function asUser(args: readonly string[]): Promise<Answer> {
  if (!isRoot) return sluice(args);
  process.seteuid?.(NOBODY);
  try {
    return await sluice(args);
  } finally {
    process.seteuid?.(0);
  }
}

/** The same in a process of its own, as access(2) asks who started a process and not who it has become. */
export function asUsersProcess(args: readonly string[], cwd: string): Promise<Answer> {
  return startSluice(args, cwd, { HOME: cwd }, isRoot ? { uid: NOBODY, gid: NOBODY } : {}).ended;
}

export async function ownAll(folder: string): Promise<void> {
  if (!isRoot) return;
  await chown(folder, NOBODY, NOBODY);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await chown(join(entry.parentPath, entry.name), NOBODY, NOBODY);
}

export const [ONE, TWO, THREE] = [1, 2, 3].map((day) => `shop/day=2024-01-0${day}/a.csv`) as [
  string,
  string,
  string,
];

export async function threeDays(): Promise<Shop> {
  const shop = await makeShop();
  for (const [i, key] of [ONE, TWO, THREE].entries()) await shop.sell(key, `north,${i + 1}`);
  await ownAll(shop.folder);
  return shop;
}

export const json = (answer: Answer) => ({ code: answer.code, ...JSON.parse(answer.out) });
