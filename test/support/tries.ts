// How often a law is tried, and on what: in every run the same, so that a red build speaks of the change that is built.
// SLUICE_SEED=random (or a number) looks elsewhere, SLUICE_RUNS=20 twenty times as long; .github/workflows/laws.yml does both.

const FACTOR = Number(process.env.SLUICE_RUNS ?? 1);
const FIRST_SEED = 1;

/** Of cases that are gone through one by one: every so many-th in each build, all of them at night. */
export const strideOf = (usual: number): number => (FACTOR > 1 ? 1 : usual);

export type Tries = { readonly numRuns: number; readonly seed: number; readonly endOnFailure: true };

/** For fast-check; a counterexample's message names the seed. */
export function tries(usual: number): Tries {
  return { numRuns: usual * FACTOR, seed: seed(process.env.SLUICE_SEED), endOnFailure: true };
}

function seed(wanted: string | undefined): number {
  if (wanted === 'random') return Math.floor(Math.random() * 2 ** 31);
  return wanted === undefined ? FIRST_SEED : Number(wanted);
}
