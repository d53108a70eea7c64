// A zip archive's members are files of their own: read from the archive they give the rows, lines and reasons that each gives by
// itself, whatever packs them; and gzip and zstd are known by their bytes under any name.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../lib/core/contract.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { convert } from '../../lib/ingest/convert.ts';
import { countSourceRecords } from '../../lib/ingest/count-source.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';
import { zipBytes } from '../support/zip-writer.ts';

const world = useWorld();

function contract(words: object): Dataset {
  const fields = [
    { name: 'id', type: 'integer' },
    { name: 'name' },
    { name: 'amount', type: 'number', header: ['amount', 'Betrag'] },
  ];
  const resource = { name: 'rows', path: '*', maxRejectedRatio: 1, schema: { fields }, ...words };
  return parseContract(
    'p/datapackage.json',
    'p',
    JSON.stringify({ name: 'p', resources: [resource] }),
  )[0] as Dataset;
}

let files = 0;
async function outcome(dataset: Dataset, bytes: Buffer, name = 'source.csv') {
  const scratch = join(world.scratch, `archive-${++files}`);
  await mkdir(scratch);
  const path = join(scratch, name);
  await writeFile(path, bytes);
  const counted = await countSourceRecords({ dataset, path, fromPath: new Map(), scratch });
  return world.sql.session(async (session) => {
    const result = await convert(session, { dataset, path, fromPath: new Map(), scratch });
    if (result.outcome === 'rejected') throw new Error(result.violation.message);
    const accepted = result.dataFiles[0]
      ? await session.rows(
          `SELECT id, name, CAST(amount AS VARCHAR) AS amount FROM read_parquet('${result.dataFiles[0].path}')`,
        )
      : [];
    const refused = result.quarantine
      ? await session.rows<{ line: number | null; path: string | null; raw: string; rules: string[] }>(
          `SELECT line, path, raw, [v.field || ':' || v.rule FOR v IN violations] AS rules FROM read_parquet('${result.quarantine.path}')`,
        )
      : [];
    expect(counted).toBe(result.rows);
    return {
      accepted: accepted.map((row) => Object.values(row)),
      refused,
      rows: result.rows,
      members: result.members,
    };
  });
}

type Row = { readonly id: string; readonly name: string; readonly amount: string };

const row = fc.record({
  id: fc.constantFrom('1', '22', '333', 'x', ''),
  name: fc.constantFrom('', 'a', 'b;c', 'line\nbreak', '"quoted"', 'é'),
  amount: fc.constantFrom('1.5', '-2', '', '1,5'),
});
const csvMember = fc
  .record({
    columns: fc
      .shuffledSubarray(['id', 'name', 'Betrag', 'more'], { minLength: 2 })
      .filter((all) => all.includes('id')),
    rows: fc.array(row, { maxLength: 12 }),
    end: fc.constantFrom('\n', '\r\n'),
    isRagged: fc.boolean(),
    repeats: fc.boolean(),
  })
  .map(({ columns, rows, end, isRagged, repeats }) => {
    const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const cell = (one: Row, column: string) =>
      column === 'Betrag' ? one.amount : column === 'more' ? 'm' : one[column as 'id' | 'name'];
    const lines = [columns, ...rows.map((one) => columns.map((column) => cell(one, column)))];
    const text = lines.map((line) => line.map(quoted).join(',') + end).join('');
    return text + (repeats ? columns.join(',') + end : '') + (isRagged ? `1${',x'.repeat(9)}${end}` : '');
  });
const jsonMember = fc
  .array(fc.oneof(row, fc.constant(7)), { maxLength: 8 })
  .map((rows) => JSON.stringify(rows, null, 1));
const packing = fc.record({
  stored: fc.boolean(),
  hasDescriptor: fc.boolean(),
  isZip64: fc.boolean(),
  isGzipped: fc.boolean(),
});
const archive = fc.constantFrom('csv' as const, 'json' as const).chain((format) =>
  fc.record({
    format: fc.constant(format),
    members: fc.array(
      fc.record({
        text: format === 'csv' ? csvMember : jsonMember,
        folder: fc.constantFrom('', 'a/', '../b/'),
        packing,
      }),
      { minLength: 1, maxLength: 5 },
    ),
    extension: fc.constantFrom('csv', 'zip', 'gz', 'dat'),
  }),
);

test('an archive gives what its members give by themselves, one after the other', async () => {
  let refusedRows = 0;
  let several = 0;
  await fc.assert(
    fc.asyncProperty(archive, async ({ format, members, extension }) => {
      const dataset = contract({ format });
      const parts = members.map(({ text, folder, packing: { isGzipped, ...how } }, i) => ({
        name: `${folder}${9 - i}.${format}`,
        text,
        bytes: isGzipped ? gzipSync(text) : Buffer.from(text),
        ...how,
      }));
      const whole = await outcome(dataset, zipBytes(parts), `box.${extension}`);
      const sorted = [...parts].sort((a, b) => (a.name < b.name ? -1 : 1));
      const single = [];
      for (const { name, text } of sorted)
        single.push({ name, ...(await outcome(dataset, Buffer.from(text))) });
      expect(whole.accepted).toEqual(single.flatMap(({ accepted }) => accepted));
      expect(whole.refused).toEqual(
        single.flatMap(({ name, refused }) =>
          refused.map((one) => ({ ...one, path: one.path === null ? name : `${name} ${one.path}` })),
        ),
      );
      expect(whole.members).toEqual(single.map(({ name, rows }) => ({ name, rows })));
      refusedRows += whole.refused.length;
      several += parts.length > 1 ? 1 : 0;
    }),
    tries(25),
  );
  expect(refusedRows).toBeGreaterThan(100);
  expect(several).toBeGreaterThan(20);
});

test('with literal rows: columns in any order, missing ones, members in folders', async () => {
  const bytes = zipBytes([
    { name: 'z.csv', bytes: Buffer.from('id,name\n1,last\nx,bad\n') },
    { name: 'a/first.csv', bytes: Buffer.from('Betrag,id\r\n0.1,2\r\n'), stored: true },
    { name: '__MACOSX/a/._first.csv', bytes: Buffer.from('\0\x05\x16\x07') },
    { name: 'a/.DS_Store', bytes: Buffer.from('Bud1') },
  ]);
  const { accepted, refused, members } = await outcome(contract({ format: 'csv' }), bytes);
  expect(accepted).toEqual([
    [2, null, '0.100000000'],
    [1, 'last', null],
  ]);
  expect(refused).toEqual([{ line: 3, path: 'z.csv', raw: 'x,bad', rules: ['id:type-error'] }]);
  expect(members).toEqual([
    { name: 'a/first.csv', rows: 1 },
    { name: 'z.csv', rows: 2 },
  ]);
});

test.each<[string, Buffer]>([
  ['source.csv', gzipSync('id,name\n1,a\n')],
  ['source.csv.gz', Buffer.from('id,name\n1,a\n')],
  ['source.zst', Buffer.from('id,name\n1,a\n')],
  ['source', Buffer.concat([gzipSync('id,name\n'), gzipSync('1,a\n')])],
  ['source.txt', zipBytes([{ name: 'x', bytes: Buffer.from('id,name\n1,a\n') }])],
])('the bytes decide, not the name: %s', async (name, bytes) => {
  const { accepted } = await outcome(contract({ format: 'csv' }), bytes, name);
  expect(accepted).toEqual([[1, 'a', null]]);
});

test('three hundred members', async () => {
  const parts = Array.from({ length: 300 }, (_, i) => ({
    name: `${String(i).padStart(4, '0')}.csv`,
    bytes: Buffer.from(i === 150 ? 'id\nbad\n' : `id\n${i}\n`),
  }));
  const { accepted, refused } = await outcome(contract({ format: 'csv' }), zipBytes(parts));
  expect(accepted.map(([id]) => id)).toEqual(
    Array.from({ length: 300 }, (_, i) => i).filter((i) => i !== 150),
  );
  expect(refused).toEqual([{ line: 2, path: '0150.csv', raw: 'bad', rules: ['id:type-error'] }]);
});
