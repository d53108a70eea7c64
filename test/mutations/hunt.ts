// Looks for a case by which the law catches a mutant: it claims what the proof does not, and the engine shows that this is false.
import { LIB, withMutant } from './mutant.ts';
import type { Mutation } from './mutation.ts';
import type { Case, Law, Suite } from './suite.ts';

/**
 * `false claims`, by kind of SELECT; `example`: the shortest SELECT. `more`: how many other claims it makes of which none is shown to
 * be false. `failed`: why the mutant is none, for it threw.
 */
export type Hunted = {
  readonly name: string;
  readonly equivalent: string | undefined;
  readonly kinds: Readonly<Record<string, number>>;
  readonly example: string | undefined;
  readonly more: number;
  readonly failed: string | undefined;
};

export type Hunter = { hunt(mutation: Mutation): Promise<Hunted>; close(): void };

export async function hunterOf<C extends Case>({ parts, open }: Suite<C>): Promise<Hunter> {
  const law = await open();
  const claim = await law.claims(LIB);
  const real: string[] = [];
  for (const each of law.cases) real.push(await claim(each));
  return {
    hunt: (mutation) => withMutant(mutation, parts, (lib) => huntIn(law, real, mutation, lib)),
    close: () => law.close(),
  };
}

async function huntIn<C extends Case>(
  law: Law<C>,
  real: readonly string[],
  { name, equivalent }: Mutation,
  lib: string,
): Promise<Hunted> {
  const kinds: Record<string, number> = {};
  const examples: string[] = [];
  let more = 0;
  let failed: string | undefined;
  try {
    const claim = await law.claims(lib);
    for (const [i, each] of law.cases.entries()) {
      const claimed = await claim(each);
      if (claimed === '' || claimed === real[i]) continue;
      if (await law.isFalse(each, claimed)) {
        kinds[each.kind] = (kinds[each.kind] ?? 0) + 1;
        examples.push(each.sql);
      } else more += 1;
    }
  } catch (error) {
    failed = String(error);
  }
  const [example] = examples.toSorted((a, b) => a.length - b.length);
  return { name, equivalent, kinds, example, more, failed };
}
