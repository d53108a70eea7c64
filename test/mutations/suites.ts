// The proofs whose rules are mutated.
import { type Hunter, hunterOf } from './hunt.ts';
import { JOINS_SUITE } from './joins-suite.ts';
import { ORDER_SUITE } from './order-suite.ts';
import type { Case, Suite } from './suite.ts';

/** `mutations`: the folder of their lists. */
type Hunt = { readonly name: string; readonly mutations: string; hunter(): Promise<Hunter> };

export const SUITES: readonly Hunt[] = [huntOf(ORDER_SUITE), huntOf(JOINS_SUITE)];

function huntOf<C extends Case>(suite: Suite<C>): Hunt {
  return { name: suite.name, mutations: suite.mutations, hunter: () => hunterOf(suite) };
}
