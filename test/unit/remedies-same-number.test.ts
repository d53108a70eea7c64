// What a refusal says to write in the place of a call gives the number that the call would give.
import { beforeAll, describe, expect, it } from 'vitest';
import { engine, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

describe('what is written instead gives the same number', () => {
  /** With a NULL of each, and no ties. */
  const ROWS = `(VALUES (1.25, 2.5, 10), (7.5, NULL, 20), (100, 4, NULL), (NULL, 1, 40)) t(x, y, z)`;
  let values: Record<string, number | null>;
  const pairs = {
    wavg: ['wavg(x, z)', 'sum(x * z) / sum(z) FILTER (WHERE x IS NOT NULL)'],
    product: [
      'product(x)',
      'list_reduce(list(CAST(x AS DOUBLE) ORDER BY x) FILTER (WHERE x IS NOT NULL), lambda a, b: a * b)',
    ],
    arg_max: ['arg_max(x, z)', 'arg_max(x, (z, x)) FILTER (WHERE z IS NOT NULL)'],
    arg_min: ['arg_min(x, y)', 'arg_min(x, (y, x)) FILTER (WHERE y IS NOT NULL)'],
    arg_max_nulls_last: ['arg_max_nulls_last(x, z)', 'arg_max_nulls_last(x, (z IS NOT NULL, z, x))'],
    arg_min_nulls_last: ['arg_min_nulls_last(x, y)', 'arg_min_nulls_last(x, (y IS NULL, y, x))'],
  };
  beforeAll(async () => {
    const columns = Object.entries(pairs).flatMap(([name, [before, after]]) => [
      `CAST(${before} AS DOUBLE) AS ${name}_before`,
      `CAST(${after} AS DOUBLE) AS ${name}_after`,
    ]);
    const [row] = await engine.session((session) =>
      session.rows<Record<string, number | null>>(`SELECT ${columns.join(', ')} FROM ${ROWS}`),
    );
    values = row ?? {};
  });

  it.each(Object.keys(pairs))('%s', (name) => {
    const before = values[`${name}_before`];
    if (before === null || before === undefined) expect(values[`${name}_after`]).toBe(before);
    else expect(values[`${name}_after`]).toBeCloseTo(before, 9);
  });
});
