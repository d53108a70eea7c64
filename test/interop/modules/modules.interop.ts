// Sluice reads small files as Python's own modules do: archives (zipfile, gzip, bz2), moments (datetime), signed numbers (decimal),
// JSON documents (json, frictionless), and workbooks (openpyxl). The files are made at random; what is damaged or has a slip, both refuse.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTemp } from '../../support/temp.ts';
import { askPython } from '../python.ts';
import { type Reading, Sluice } from '../sluice.ts';

const SEED = Number(process.env.SLUICE_SEED ?? 5);
const RUNS = Number(process.env.SLUICE_RUNS ?? 40);

/** Files of a kind. Those of moments and numbers have sixty rows each. */
const COUNTS = {
  zip: RUNS,
  gzip: RUNS,
  bzip2: RUNS,
  moments: Math.ceil(RUNS / 5),
  numbers: Math.ceil(RUNS / 3),
  json: RUNS,
  sheets: RUNS,
};

type Kind = keyof typeof COUNTS;

type Case = {
  readonly name: string;
  readonly folder: string;
  readonly contract: string;
  readonly expected: Reading;
};

const folder = useTemp();
let cases: Record<Kind, Case[]>;
let sluice: Sluice;

beforeAll(async () => {
  const script = join(import.meta.dirname, 'make_cases.py');
  cases = (await askPython(script, { seed: SEED, folder, counts: COUNTS })) as typeof cases;
  sluice = await Sluice.open();
});
afterAll(() => sluice.close());

describe(`the seed ${SEED}`, () => {
  test.each(Object.keys(COUNTS) as Kind[])('%s', async (kind) => {
    const different: object[] = [];
    for (const { name, folder, contract, expected } of cases[kind]) {
      const found = await sluice.read(folder, contract);
      const difference = differenceOf(found, expected);
      if (difference !== undefined) different.push({ name, contract, ...difference });
    }
    expect(different).toEqual([]);
    expect(cases[kind]).toHaveLength(COUNTS[kind]);
  });
});

/** What one of the two alone has. */
function differenceOf(found: Reading, expected: Reading): object | undefined {
  const [ours, theirs] = [found, expected].map(({ rows }) => rows?.map((row) => JSON.stringify(row)).sort());
  const counts = ({ rows, refused, members }: Reading) =>
    JSON.stringify([rows?.length ?? null, refused, Object.entries(members ?? {}).sort()]);
  if (JSON.stringify(ours) === JSON.stringify(theirs) && counts(found) === counts(expected)) return undefined;
  const without = (some: readonly string[] = [], others: readonly string[] = []) => {
    const known = new Set(others);
    return some.filter((row) => !known.has(row));
  };
  return {
    ours: counts(found),
    theirs: counts(expected),
    'we alone read': without(ours, theirs),
    'Python alone reads': without(theirs, ours),
  };
}
