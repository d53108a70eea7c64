// Law 3 (conservation) and law 4 (nothing is changed silently), for random files against rules written anew in JavaScript:
// every record is accepted with exactly its value, or quarantined with its line, its bytes and every violation.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import type { SqlSession } from '../../lib/ports.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const FIELDS = [
  { name: 'n', type: 'integer', constraints: { required: true, minimum: -100, maximum: 100 } },
  { name: 'd', type: 'number', precision: 6, scale: 2 },
  { name: 'b', type: 'boolean' },
  { name: 'day', type: 'date' },
  { name: 's', type: 'string', constraints: { enum: ['x', 'y z', 'ä"q'] } },
];
const contract = (primaryKey: readonly string[], unique: boolean): Dataset => {
  const fields = FIELDS.map((field) => (field.name === 'd' ? { ...field, constraints: { unique } } : field));
  const schema = { fields, ...(primaryKey.length > 0 ? { primaryKey } : {}) };
  const text = JSON.stringify({
    name: 'p',
    resources: [{ name: 'rows', path: '*.csv', format: 'csv', schema }],
  });
  return parseContract('p/datapackage.json', 'p', text)[0] as Dataset;
};

const CELLS = {
  n: ['0', '7', '-100', '+42', '101', '-101', '', '1.0', '1e1', ' 1', '0x1', '99999999999999999999', '٣'],
  d: [
    '',
    '0',
    '1.5',
    '-0.01',
    '9999.99',
    '10000',
    '1.234',
    '1.230',
    '.5',
    '1,5',
    '1_0',
    '--1',
    'NaN',
    '15e-1',
    '1.234E2',
    '1e-3',
  ],
  b: ['', 'true', 'False', '1', '0', 'yes', 't', 'TRUE '],
  day: ['', '2024-02-29', '2023-02-29', '2024-2-9', '0001-01-01', '20240101', '2024-01-01 00:00:00'],
  s: ['', 'x', 'y z', 'ä"q', 'X', 'x\n', "'; DROP TABLE t; --", 'a,b', '\0'],
} as const;

type Expected = { value: string | null; rules: string[] };

/** The rules, once more and in another language. */
function check(field: keyof typeof CELLS, text: string): Expected {
  const missing = text === '';
  const bad = (rule: string): Expected => ({ value: null, rules: [rule] });
  if (missing) return field === 'n' ? bad('required') : { value: null, rules: [] };
  if (field === 'n') {
    if (!/^[+-]?[0-9]+$/.test(text) || BigInt(text.replace('+', '')) >= 2n ** 63n) return bad('type-error');
    const value = BigInt(text.replace('+', ''));
    return value < -100n
      ? bad('minimum')
      : value > 100n
        ? bad('maximum')
        : { value: String(value), rules: [] };
  }
  if (field === 'd') {
    const [, mantissa = '', power = '0'] = /^(.*?)(?:[eE]([+-]?[0-9]+))?$/.exec(text) ?? [];
    const shifted = { '15e-1': '1.5', '1.234E2': '123.4' }[text] ?? (power === '0' ? mantissa : 'none');
    const match = /^([+-]?)([0-9]*)(?:\.([0-9]{0,2})0*)?$/.exec(shifted);
    const [, sign = '', whole = '', part = ''] = match ?? [];
    if (!match || whole + part === '' || Number(whole || '0') > 9999) return bad('type-error');
    const digits = `${BigInt(whole || '0')}.${part.padEnd(2, '0')}`;
    return { value: sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits, rules: [] };
  }
  if (field === 'b') {
    const value = {
      true: 'true',
      True: 'true',
      TRUE: 'true',
      '1': 'true',
      false: 'false',
      False: 'false',
      FALSE: 'false',
      '0': 'false',
    }[text];
    return value === undefined ? bad('type-error') : { value, rules: [] };
  }
  if (field === 'day') {
    const exists =
      /^\d{4}-\d\d-\d\d$/.test(text) &&
      new Date(`${text}T00:00:00Z`).toString() !== 'Invalid Date' &&
      new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
    return exists ? { value: text, rules: [] } : bad('type-error');
  }
  return ['x', 'y z', 'ä"q'].includes(text) ? { value: text, rules: [] } : bad('enum');
}

type Line = {
  readonly cells: readonly string[];
  readonly quoted: readonly boolean[];
  readonly blanksBefore: number;
};

const cellsOf = fc.tuple(...Object.values(CELLS).map((texts) => fc.constantFrom(...texts)));
const ragged = fc
  .array(fc.constantFrom('1', 'x'), { minLength: 1, maxLength: 7 })
  .filter((cells) => cells.length !== 5);
const line: fc.Arbitrary<Line> = fc.record({
  cells: fc.oneof({ weight: 8, arbitrary: cellsOf }, { weight: 1, arbitrary: ragged }),
  quoted: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
  blanksBefore: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2) }),
});

function render(
  lines: readonly Line[],
  end: string,
  final: boolean,
): { text: string; records: { line: number; raw: string; cells: readonly string[] }[] } {
  let text = 'n,d,b,day,s';
  let physical = 1;
  const records = lines.map(({ cells, quoted, blanksBefore }) => {
    const raw = cells
      .map((cell, i) => (quoted[i] || /[,"\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
      .join(',');
    text += end.repeat(blanksBefore + 1) + raw;
    physical += blanksBefore + 1;
    const record = { line: physical, raw, cells };
    physical += raw.split('\n').length - 1;
    return record;
  });
  return { text: text + (final ? end : ''), records };
}

/** Five trailing cells and an empty sixth: the engine takes the empty one for the line's end. */
const isRagged = (cells: readonly string[]) => cells.length !== 5;

/** A key is taken by the first row that is right by itself, even where another key of that row was taken before. */
function expectedOutcome(
  records: ReturnType<typeof render>['records'],
  primaryKey: readonly string[],
  unique: boolean,
) {
  const seen = [new Set<string>(), new Set<string>()];
  const accepted: (string | null)[][] = [];
  const rejected: { line: number; raw: string; rules: string[] }[] = [];
  for (const { line, raw, cells } of records) {
    const names = Object.keys(CELLS) as (keyof typeof CELLS)[];
    const checked = isRagged(cells) ? [] : names.map((name, i) => check(name, cells[i] ?? ''));
    const rules = isRagged(cells)
      ? [cells.length < 5 ? 'missing-cell' : 'extra-cell']
      : checked.flatMap((c) => c.rules);
    // The key field of the test is n, which is required anyway; d is unique where the test says so.
    const accepting = rules.length === 0;
    const keys = [primaryKey.length > 0 ? checked[0]?.value : null, unique ? checked[1]?.value : null];
    for (const [i, key] of keys.entries())
      if (key != null && seen[i]?.has(key)) rules.push(i === 0 ? 'primary-key' : 'unique');
    if (accepting) for (const [i, key] of keys.entries()) if (key != null) seen[i]?.add(key);
    if (rules.length > 0) rejected.push({ line, raw, rules });
    else {
      accepted.push(checked.map((c) => c.value));
    }
  }
  return { accepted, rejected };
}

let files = 0;
async function converted(dataset: Dataset, text: string, fromPath = new Map<string, string>()) {
  const scratch = join(world.scratch, `conversion-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, 'source.csv');
  await writeFile(path, text);
  return world.sql.session(async (session) => {
    const result = await convert(session, { dataset, path, fromPath, scratch });
    const rule = result.outcome === 'rejected' ? result.violation.rule : undefined;
    const columns = FIELDS.map(({ name }) => `CAST(${name} AS VARCHAR) AS ${name}`).join(', ');
    const [dataFile] = result.outcome === 'accepted' ? result.dataFiles : [];
    const data = dataFile
      ? await session.rows(`SELECT ${columns} FROM read_parquet('${dataFile.path}')`)
      : [];
    type Refused = { line: number; raw: string; rules: string[] };
    const refused = result.quarantine
      ? await session.rows<Refused>(
          `SELECT line, raw, [v.rule FOR v IN violations] AS rules FROM read_parquet('${result.quarantine.path}')`,
        )
      : [];
    return { rule, accepted: data.map((row) => Object.values(row)), rejected: refused, rows: result.rows };
  });
}

test.each([
  { primaryKey: [], unique: false },
  { primaryKey: ['n'], unique: false },
  { primaryKey: ['n'], unique: true },
])('random files, primary key $primaryKey, unique $unique', async ({ primaryKey, unique }) => {
  const dataset = contract(primaryKey, unique);
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 12 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (lines, end, final) => {
        const { text, records } = render(lines, end, final);
        const result = await converted(dataset, text);
        const expected = expectedOutcome(records, primaryKey, unique);
        const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
        expect(result.rejected).toEqual(expected.rejected);
        expect(sorted(result.accepted)).toEqual(sorted(expected.accepted));
        expect(result.rows).toBe(records.length);
        const isNoneLeft = records.length > 0 && expected.accepted.length === 0;
        expect(result.rule).toBe(isNoneLeft ? 'no-valid-rows' : undefined);
      },
    ),
    tries(40),
  );
});

test('a text that is no value repeats no key, though the engine would round it to one', async () => {
  const text = 'n,d,b,day,s\n1,1.23,,,\n2,1.234,,,\n';
  const { rejected } = await converted(contract([], true), text);
  expect(rejected).toEqual([{ line: 3, raw: '2,1.234,,,', rules: ['type-error'] }]);
});

test('a column that the path says as well is read from the file, and must say the same', async () => {
  const text = 'n,d,b,day,s\n7,,,,\n07,,,,\n8,,,,\n7.0,,,,\n';
  const { accepted, rejected } = await converted(contract([], false), text, new Map([['n', '7']]));
  expect(accepted.map(([n]) => n)).toEqual(['7', '7']);
  expect(rejected.map(({ line, rules }) => ({ line, rules }))).toEqual([
    { line: 4, rules: ['partition-value'] },
    { line: 5, rules: ['type-error'] },
  ]);
});

test('an engine that loses a row is found out by the count, and nothing is converted', async () => {
  const scratch = join(world.scratch, `conversion-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, 'source.csv');
  await writeFile(path, 'n,d,b,day,s\n1,,,,\n2,,,,\n');
  const losing = (session: SqlSession): SqlSession => ({
    run: async (sql) => (await session.run(sql)) - (sql.includes('accepted.parquet') ? 1 : 0),
    rows: (sql) => session.rows(sql),
    stream: (sql) => session.stream(sql),
    describe: (sql) => session.describe(sql),
  });
  const dataset = contract([], false);
  const converting = world.sql.session((session) =>
    convert(losing(session), { dataset, path, fromPath: new Map(), scratch }),
  );
  await expect(converting).rejects.toThrow('2 records, but 1 accepted, 0 quarantined and 0 skipped');
});
