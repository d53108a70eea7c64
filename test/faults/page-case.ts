// The page over a lake in which something is wrong or odd, and what it says of its parts.
import { expect } from 'vitest';
import { type PageLake, type WrittenPage, writeOver } from '../support/page-lake.ts';
import { pageTree, shown } from '../support/page-tree.ts';
import { newStore, openProcess } from '../support/shop-lake.ts';

/** A process that knows nothing, into an empty place and into one where a page was before: both show the same. */
export async function writtenTwice(shop: PageLake): Promise<WrittenPage> {
  const { world, clock, landing, store, site } = shop;
  const fresh = newStore(world, clock, 'fresh');
  await writeOver(openProcess(world, clock, landing, store), fresh);
  const page = await writeOver(openProcess(world, clock, landing, store), site);
  expect(shown(await pageTree(site))).toEqual(shown(await pageTree(fresh)));
  return page;
}

/** All faults, as a text. */
export const facts = ({ index }: WrittenPage) =>
  index.faults.map(({ what, cause }) => `${what} ${cause}`).join('\n');
export const stateOf = ({ index }: WrittenPage, name: string) =>
  [...index.datasets, ...index.insights].find((one) => one.name === name)?.state;
export const isMade = ({ index }: WrittenPage, name: string) =>
  [...index.datasets, ...index.insights].find((one) => one.name === name)?.document !== null;
