// A row is valid exactly if it passes each check on its own: `valid` is computed in fewer terms than the checks, on random cells of
// contracts with every constraint, required or not.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { failedChecks, type PathTexts, pathTexts, validation } from '../../lib/core/validation-sql.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { identifier, literal } from '../../lib/sql/quoting.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const CONSTRAINED: readonly (readonly [type: object, constraints: object])[] = [
  [{ type: 'string' }, {}],
  [{ type: 'string' }, { pattern: '[a-c]+' }],
  [{ type: 'string' }, { minLength: 2, maxLength: 3 }],
  [{ type: 'string' }, { enum: ['a', 'abc', '7'] }],
  [{ type: 'string', format: 'email' }, {}],
  [{ type: 'any' }, {}],
  [{ type: 'integer' }, { minimum: 2, maximum: 30 }],
  [{ type: 'integer' }, { exclusiveMinimum: 2, exclusiveMaximum: 30 }],
  [{ type: 'integer' }, { enum: ['7', '30'] }],
  [{ type: 'number', precision: 6, scale: 2 }, { maximum: '7.5' }],
  [{ type: 'number', double: true }, { minimum: 2 }],
  [{ type: 'boolean' }, {}],
  [{ type: 'year' }, { minimum: '2000' }],
  [{ type: 'date' }, { minimum: '2024-02-01' }],
  [{ type: 'datetime', format: 'any' }, {}],
  [{ type: 'object' }, {}],
];
const CELLS = [
  '',
  'a',
  'abc',
  'abcd',
  'a@b.cd',
  '7',
  '1',
  '2',
  '30',
  '31',
  '7.5',
  '7.501',
  'NaN',
  'true',
  '1999',
];
const TIMES = ['2024', '2024-01-31', '2024-02-29', '2024-02-30', '2024-02-29 12:00:00.10', '{"a": 1}', '{'];

type Contract = { readonly dataset: Dataset; readonly path: PathTexts };

/** `f0`, `f1`, … and `day`, which the path may say as well, and `op`, which may say that a key is gone. */
function contract(picked: readonly number[], required: readonly boolean[], deletes: boolean): Dataset {
  const fields = picked.map((pick, i) => {
    const [type, constraints] = CONSTRAINED[pick] as (typeof CONSTRAINED)[number];
    return { name: `f${i}`, ...type, constraints: { ...constraints, required: required[i] === true } };
  });
  const key = { name: 'id', constraints: { required: true } };
  const resource = {
    ...{ name: 'rows', path: 'rows/day=*/*.csv', format: 'csv', partitionBy: ['day'] },
    ...(deletes ? { mode: 'upsert', deleteWhen: { op: ['7'] } } : {}),
    schema: {
      fields: [
        key,
        ...fields,
        { name: 'day', type: 'integer', constraints: { required: required[0] === true } },
        { name: 'op' },
      ],
      primaryKey: deletes ? ['id', 'day'] : undefined,
    },
  };
  return parseContract('p/datapackage.json', 'p', JSON.stringify({ resources: [resource] }))[0] as Dataset;
}

const contracts: fc.Arbitrary<Contract> = fc
  .record({
    picked: fc.uniqueArray(fc.nat(CONSTRAINED.length - 1), { minLength: 1, maxLength: 2 }),
    required: fc.tuple(fc.boolean(), fc.boolean()),
    deletes: fc.boolean(),
    path: fc.constantFrom('7', undefined),
  })
  .map(({ picked, required, deletes, path }) => ({
    dataset: contract(picked, required, deletes),
    path: pathTexts(new Map(path === undefined ? [] : [['day', path]])),
  }));

const cell = fc.constantFrom(...CELLS, ...TIMES);
const mostly = (usual: string) => fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, cell);
/** Of a key, of what is tried, of the day and of `op`: mostly it alone decides. */
const rows = fc.array(
  fc.record({ id: mostly('a'), tried: fc.tuple(cell, cell), day: mostly('7'), op: fc.constantFrom('', '7') }),
  {
    minLength: 60,
    maxLength: 100,
  },
);

test('a row is valid exactly if no check of it is bad', async () => {
  const seen = { valid: 0, invalid: 0 };
  await world.sql.session((session) =>
    fc.assert(
      fc.asyncProperty(contracts, rows, async ({ dataset, path }, cells) => {
        const names = dataset.fields.map(({ name }) => name);
        const texts = new Map(names.map((name) => [name, identifier(name)]));
        const rules = validation(dataset, texts, path);
        const values = cells.map(({ id, tried, day, op }) => {
          const own = tried.slice(0, names.length - 3);
          return `(${[id, ...own, day, op].map((text) => `nullif(${literal(text)}, '')`).join(', ')})`;
        });
        const source = `(SELECT * FROM (VALUES ${values.join(', ')}) AS cells (${names.map(identifier).join(', ')}))`;
        const found = await session.rows<{ valid: boolean; failed: string }>(
          `SELECT ${rules.valid} AS valid, ${failedChecks(rules.checks)} AS failed FROM ${rules.relation(source)}`,
        );
        expect(found).toHaveLength(cells.length);
        for (const { valid, failed } of found) {
          expect([valid, failed]).toEqual([failed === '[]', failed]);
          seen[valid ? 'valid' : 'invalid'] += 1;
        }
      }),
      tries(150),
    ),
  );
  expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(10);
});
