// A workbook through its life: validated, read, its refused row shown by its row in the sheet, certified, corrected, withdrawn.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { testTemp } from '../support/temp.ts';
import { row, styled, workbookBytes } from '../support/workbook.ts';
import { sluice } from './harness.ts';

const SOURCE = 'orders/may.xlsx';
const CONTRACT = {
  name: 'shop',
  resources: [
    {
      name: 'orders',
      path: 'orders/*.xlsx',
      dialect: { sheetName: 'Orders', headerRows: [3] },
      footerRows: 1,
      schema: { fields: [{ name: 'id', type: 'integer' }, { name: 'day', type: 'date' }, { name: 'note' }] },
    },
  ],
};

type Place = { readonly folder: string; readonly places: readonly string[] };

async function openPlace(): Promise<Place> {
  const folder = testTemp();
  await put(folder, 'schemas/shop/datapackage.json', JSON.stringify(CONTRACT));
  const places = ['landing', 'lake', 'schemas'].flatMap((name) => [`--${name}`, join(folder, name)]);
  return { folder, places };
}

async function put(folder: string, name: string, data: string | Buffer): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), data);
}

const day = (number: number, value: string | number) =>
  `<row r="${number}"><c r="A${number}"><v>${number}</v></c><c r="B${number}" s="1"><v>${value}</v></c>${note(number)}</row>`;
const note = (number: number) => `<c r="C${number}" t="str"><v>two\nlines, "${number}"</v></c>`;

/** Two good rows and, if it is not corrected, one whose day no calendar has; a title above them, a total below. */
function orders(isCorrected: boolean): Buffer {
  const rows = [
    row(1, 'Orders'),
    row(3, 'id', 'day', 'note'),
    day(4, 45_414),
    day(7, isCorrected ? 61 : 60),
    day(9, 45_415),
  ];
  const sheets = { Cover: row(1, 'nothing here'), Orders: [...rows, row(12, 'Total', 3)].join('') };
  return workbookBytes({ sheets, styles: styled(0, 'dd.mm.yyyy') });
}

const raw = '7,1900-02-29,"two\nlines, ""7"""';

it('a workbook is read, shown, certified, corrected and withdrawn', async () => {
  const { folder, places } = await openPlace();
  const run = (...args: string[]) => sluice([...args, ...places]);
  await put(folder, `landing/${SOURCE}`, orders(false));
  const synced = await run('sync');
  expect(synced.out).toContain('Rows: 2 accepted, 1 quarantined, 1 skipped\n');
  expect(synced.code).toBe(0);

  const shown = await run('rejects', SOURCE);
  expect(shown.out).toBe(
    'line 7, day: "1900-02-29" is not a date (YYYY-MM-DD, a day that exists)\n  7,1900-02-29,"two\\nlines, ""7"""\n',
  );
  expect(JSON.parse((await run('rejects', SOURCE, '--format', 'json')).out)).toMatchObject([
    { line: 7, path: null, raw },
  ]);
  const csv = await run('rejects', SOURCE, '--format', 'csv');
  expect(csv.code).toBe(2);
  expect(csv.err).toContain(
    `${SOURCE} is a workbook: correct these rows in it, and send it again under the same name;`,
  );

  const certified = await run('certify', '--recount');
  expect(certified.out).toContain('4 records = 2 accepted + 1 quarantined + 1 skipped.');
  expect(certified.code).toBe(0);

  await put(folder, `landing/${SOURCE}`, orders(true));
  expect((await run('sync')).out).toContain('Rows: 3 accepted, 0 quarantined, 1 skipped\n');
  const asked = await sluice([
    'query',
    'SELECT id, day FROM orders ORDER BY id',
    '--format',
    'csv',
    ...places.slice(2),
  ]);
  expect(asked.out.trim().split('\r\n')).toEqual(['id,day', '4,2024-05-02', '7,1900-03-01', '9,2024-05-03']);

  await rm(join(folder, 'landing', SOURCE));
  expect((await run('sync', '--prune', '--yes')).out).toContain('0 quarantined, 3 withdrawn\n');
});

it('validate names what is wrong before a workbook is sent', async () => {
  const { folder, places } = await openPlace();
  await put(folder, 'out/may.xlsx', orders(false));
  await put(folder, 'out/june.xlsx', 'id;day\n1;2024-06-01\n');
  const check = (name: string) =>
    sluice(['validate', join(folder, 'out', name), '--dataset', 'orders', ...places.slice(4)]);
  const found = await check('may.xlsx');
  expect(found.out).toContain('4 rows of orders, 2 accepted, 1 refused, 1 skipped\n');
  expect(found.out).toContain('line 7, day: "1900-02-29" is not a date');
  expect(found.code).toBe(3);
  const other = await check('june.xlsx');
  expect(other.out).toContain(
    'the file is text, not an Excel workbook (.xlsx): save it as .xlsx, or write the format',
  );
  expect(other.code).toBe(3);
});

it('two workbooks with the same rows are named, though other programs wrote them', async () => {
  const { folder, places } = await openPlace();
  await put(folder, `landing/${SOURCE}`, orders(true));
  await put(
    folder,
    'landing/orders/may again.xlsx',
    workbookBytes({
      sheets: {
        Orders: [
          row(3, 'id', 'day', 'note'),
          day(4, 45_414),
          day(7, 61),
          day(9, 45_415),
          row(12, 'Total', 3),
        ].join(''),
      },
      styles: styled(0, 'yyyy-mm-dd'),
    }),
  );
  const { out } = await sluice(['sync', ...places]);
  expect(out).toMatch(/same rows/);
});
