// A process of its own that is sent mutations of the suite that it is called with, and answers what it found of each.
import type { Mutation } from './mutation.ts';
import { SUITES } from './suites.ts';

const [, , wanted] = process.argv;
const suite = SUITES.find(({ name }) => name === wanted);
if (suite === undefined) throw new Error(`unknown suite: ${wanted}`);
const hunter = await suite.hunter();

process.on('disconnect', () => hunter.close());
process.on('message', async (mutation: Mutation) => {
  process.send?.(await hunter.hunt(mutation));
});
process.send?.('ready');
