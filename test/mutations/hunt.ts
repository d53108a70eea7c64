// Looks for a case by which the law catches a mutant: it claims what the proof does not, and the engine shows that this is false.

import type { Case, Claims, Law } from './law.ts';
import { LIB, withMutant } from './mutant.ts';
import type { Mutation } from './mutation.ts';

/**
 * `kinds`: of the SELECTs of which its claims are false, or none can be made, with their numbers; it stops at `ENOUGH`. `example`: the
 * shortest. `more`: its further claims that are not shown to be false. `failed`: the error that it threw.
 */
export type Hunted = {
  readonly name: string;
  readonly equivalent: string | undefined;
  readonly kinds: Readonly<Record<string, number>>;
  readonly example: string | undefined;
  readonly more: number;
  readonly failed: string | undefined;
};

/** More says nothing more: fewer, that the law sees it by luck. */
const ENOUGH = 5;

export type Hunter = { hunt(mutation: Mutation): Promise<Hunted>; close(): void };

/** A proof whose rules are mutated. `mutations`: the folder of their lists. */
export type Suite = {
  readonly name: string;
  readonly mutations: string;
  hunter(): Promise<Hunter>;
};

type Prey<C extends Case> = { readonly proved: C; readonly claim: string };

/** `parts`: what a mutant copies of lib/. The hunter closes the law. */
export async function hunterOf<C extends Case>(law: Law<C>, parts: readonly string[]): Promise<Hunter> {
  const claim = await law.claims(LIB);
  const prey: Prey<C>[] = [];
  for (const proved of mixed(law.cases)) prey.push({ proved, claim: await claim(proved) });
  const left = prey.filter((one) => one.claim !== law.utmost);
  return {
    async hunt(mutation) {
      const { name, equivalent } = mutation;
      try {
        const found = await withMutant(mutation, parts, (lib) => huntIn(law, left, lib));
        return { name, equivalent, ...found, failed: undefined };
      } catch (error) {
        return { name, equivalent, kinds: {}, example: undefined, more: 0, failed: String(error) };
      }
    },
    close: () => law.close(),
  };
}

/** All kinds from the beginning: most mutants are caught by many cases of one kind. */
function mixed<C extends Case>(cases: readonly C[]): C[] {
  const seen = new Map<string, number>();
  const places = cases.map(({ kind }) => {
    const place = seen.get(kind) ?? 0;
    seen.set(kind, place + 1);
    return place;
  });
  const shares = cases.map((proved, i) => ({
    proved,
    share: (places[i] ?? 0) / (seen.get(proved.kind) ?? 1),
  }));
  return shares.toSorted((a, b) => a.share - b.share).map(({ proved }) => proved);
}

async function huntIn<C extends Case>(
  law: Law<C>,
  prey: readonly Prey<C>[],
  lib: string,
): Promise<Pick<Hunted, 'kinds' | 'example' | 'more'>> {
  const kinds: Record<string, number> = {};
  const examples: string[] = [];
  let more = 0;
  const claim = await law.claims(lib);
  for (const { proved, claim: known } of prey) {
    const claimed = await claimOrNone(claim, proved);
    if (claimed === '' || claimed === known) continue;
    if (claimed === undefined || (await law.isFalse(proved, claimed))) {
      kinds[proved.kind] = (kinds[proved.kind] ?? 0) + 1;
      examples.push(proved.sql);
      if (examples.length === ENOUGH) break;
    } else more += 1;
  }
  const [example] = examples.toSorted((a, b) => a.length - b.length);
  return { kinds, example, more };
}

/** Undefined where the mutant throws, which the law would notice too. */
async function claimOrNone<C extends Case>(claim: Claims<C>, proved: C): Promise<string | undefined> {
  try {
    return await claim(proved);
  } catch {
    return undefined;
  }
}
