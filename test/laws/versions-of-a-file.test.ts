// The versions of a key within one file of an upsert: all are accepted rows, in the file's order, whatever reads the file; a unique
// value may come again under its key alone. For random files and for large ones, against rules written anew in JavaScript.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const FIELDS = [
  { name: 'a', type: 'integer' },
  { name: 'b', type: 'string' },
  { name: 'mail', type: 'string', constraints: { unique: true } },
  { name: 'name', type: 'string', constraints: { required: true } },
  { name: 'op', type: 'string' },
];
function contract(words: object, extra: object = {}): Dataset {
  const resource = { name: 'rows', path: '*.csv', mode: 'upsert', maxRejectedRatio: 1, ...words };
  const schema = { fields: FIELDS, primaryKey: ['a', 'b'], ...extra };
  const text = JSON.stringify({ name: 'p', resources: [{ ...resource, schema }] });
  return parseContract('p/datapackage.json', 'p', text)[0] as Dataset;
}

let files = 0;
async function converted(dataset: Dataset, name: string, text: string) {
  const scratch = join(world.scratch, `versions-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, name);
  await writeFile(path, text);
  return world.sql.session(async (session) => {
    const result = await convert(session, { dataset, path, fromPath: new Map(), scratch });
    if (result.outcome === 'rejected') throw new Error(result.violation.message);
    const accepted: Record<string, unknown>[][] = [];
    for (const { path } of result.dataFiles)
      accepted.push(await session.rows(`SELECT * FROM read_parquet('${path}') ORDER BY file_row_number`));
    type Refused = { line: number; rules: string[] };
    const refused = result.quarantine
      ? await session.rows<Refused>(
          `SELECT line, [v.rule FOR v IN violations] AS rules FROM read_parquet('${result.quarantine.path}')`,
        )
      : [];
    return { accepted, refused, superseded: result.superseded };
  });
}

const line = fc.tuple(
  fc.constantFrom('1', '2', '', 'x'),
  fc.constantFrom('u', 'v'),
  fc.constantFrom('', 'm', 'n'),
  fc.constantFrom('k', 'l', ''),
  fc.constantFrom('', 'D', 'U'),
);
type Line = readonly [a: string, b: string, mail: string, name: string, op: string];

/** `waived`: rows with the op D delete. */
function expectedOf(lines: readonly Line[], waived: boolean) {
  const holders = new Map<string, string>();
  const accepted: Line[] = [];
  const refused: { line: number; rules: string[] }[] = [];
  for (const [i, cells] of lines.entries()) {
    const [a, b, mail, name, op] = cells;
    const deletes = waived && op === 'D';
    const own = a === '' ? ['required'] : a === 'x' ? ['type-error'] : [];
    const rules = [...own, ...(name === '' && !deletes ? ['required'] : [])];
    const key = JSON.stringify([own.length > 0 ? null : a, b]);
    const holder = holders.get(mail);
    const isTaken = mail !== '' && !deletes && holder !== undefined && holder !== key;
    if (rules.length === 0 && mail !== '' && !deletes && holder === undefined) holders.set(mail, key);
    if (isTaken) rules.push('unique');
    if (rules.length > 0) refused.push({ line: i + 2, rules });
    else accepted.push(cells);
  }
  const keys = new Set(accepted.map(([a, b]) => `${a} ${b}`));
  return { accepted, refused, superseded: accepted.length - keys.size };
}

test.each([{ deleteWhen: undefined }, { deleteWhen: { op: ['D'] } }])(
  'random files, deleteWhen $deleteWhen',
  async ({ deleteWhen }) => {
    const dataset = contract(deleteWhen ? { deleteWhen } : {});
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const text = ['a,b,mail,name,op', ...lines.map((cells) => cells.join(',')), ''].join('\n');
        const { accepted, refused, superseded } = await converted(dataset, 'rows.csv', text);
        const expected = expectedOf(lines, deleteWhen !== undefined);
        const rows = accepted.flat().map((row) => FIELDS.map(({ name }) => String(row[name] ?? '')));
        expect(rows).toEqual(expected.accepted);
        expect(refused).toEqual(expected.refused);
        expect(superseded).toBe(expected.superseded);
      }),
      tries(12),
    );
  },
);

const ROWS = 300_000;
const KEYS = 1_000;
const nth = (i: number) => ({ a: (i * 7919) % KEYS, b: i % 2 === 0 ? 'u' : 'v', name: `n${i}` });
const csv = (first = '') =>
  `a,b,mail,name,op\n${first}${Array.from({ length: ROWS }, (_, i) => `${nth(i).a},${nth(i).b},,${nth(i).name},\n`).join('')}`;

/** Two threads write the rows: their order must be the file's all the same. */
test.each([
  ['that the engine reads', {}, 'rows.csv', csv()],
  ['that our own reader reads', { dialect: { commentChar: '#' } }, 'rows.csv', csv()],
  [
    'of JSON',
    { format: 'ndjson', path: '*.ndjson' },
    'rows.ndjson',
    Array.from({ length: ROWS }, (_, i) => JSON.stringify(nth(i))).join('\n'),
  ],
  ['split by a part of the key', { partitionBy: ['b'] }, 'rows.csv', csv()],
  [
    'of which rows repeat a unique value',
    {},
    'rows.csv',
    `a,b,mail,name,op\n0,u,m,first,\n0,v,m,twice,\n${csv().slice(17)}`,
  ],
])('a large file %s keeps the order of its lines', async (_, words, name, text) => {
  const { accepted } = await converted(contract(words), name, text);
  expect(accepted.flat().length).toBeGreaterThanOrEqual(ROWS);
  for (const rows of accepted) {
    const numbers = rows.map(({ name }) => Number(String(name).slice(1))).filter((n) => !Number.isNaN(n));
    const outOfOrder = numbers.findIndex((n, i) => n < (numbers[i - 1] ?? -1));
    expect(outOfOrder).toBe(-1);
  }
});
