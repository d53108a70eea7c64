// Partition columns of a moment, in any time zone and year, hold what the platform's own calendar says of that moment there.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tableColumns } from '../../lib/core/contract.ts';
import { outsideYears, partitionExpression } from '../../lib/core/partition-sql.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import { identifier } from '../../lib/sql/quoting.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const TRANSFORMS = ['year', 'month', 'day', 'date', 'yearmonth'];

function dataset(timezone: string) {
  const fields = [{ name: 'at', type: 'datetime' }, { name: 'n' }];
  const zoned = TRANSFORMS.map((transform) => ({ field: 'at', transform, timezone }));
  const partitionBy = [...zoned, { field: 'at', transform: 'hour' }];
  const [only] = parseContract(
    'p.json',
    'p',
    JSON.stringify({ resources: [{ name: 'd', path: '*.csv', partitionBy, schema: { fields } }] }),
  );
  if (!only) throw new Error('no dataset');
  return only;
}

const two = (n: number) => String(n).padStart(2, '0');

/** By ECMAScript's calendar, which is the Gregorian one in all years, too; null outside the years 1 to 9999. */
function judged(ms: number, timeZone: string) {
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    era: 'short',
  }).formatToParts(ms);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  const [year, month, day] = [Number(part('year')), Number(part('month')), Number(part('day'))];
  if (part('era') !== 'AD' || year > 9999) return null;
  const yearmonth = `${String(year).padStart(4, '0')}-${two(month)}`;
  const hour = new Date(ms).toISOString().slice(0, 13);
  return { year, month, day, date: `${yearmonth}-${two(day)}`, yearmonth, hour };
}

const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Helsinki',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'America/St_Johns',
  'Africa/Monrovia',
];
const [FIRST, LAST] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];
const HOUR = 3_600_000;
/** Near a midnight or the turn of an hour, near a change of clocks, at the ends of time, or anywhere. */
const moment = fc.oneof(
  fc.integer({ min: FIRST, max: LAST }),
  fc
    .tuple(fc.integer({ min: 0, max: 24 * 365 * 150 }), fc.integer({ min: -2, max: 2 }))
    .map(([hours, ms]) => Date.parse('1900-01-01T00:00:00Z') + hours * HOUR + ms),
  fc
    .tuple(
      fc.constantFrom(
        '2024-03-10T07:00',
        '2024-11-03T06:00',
        '2011-12-30T10:00',
        '2024-10-27T01:00',
        '1883-11-18T17:00',
      ),
      fc.integer({ min: -48, max: 48 }),
      fc.integer({ min: -2, max: 2 }),
    )
    .map(([at, half, ms]) => Date.parse(`${at}:00Z`) + (half * HOUR) / 2 + ms),
  fc.integer({ min: 0, max: 30 * HOUR }).map((ms) => FIRST + ms),
  fc.integer({ min: 0, max: 30 * HOUR }).map((ms) => LAST - ms),
);

test('year, month, day, date and yearmonth in any zone, and the hour, are those of the calendar', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ZONES),
      fc.array(moment, { minLength: 200, maxLength: 200 }),
      async (zone, moments) => {
        const { partitionBy, fields } = dataset(zone);
        const [at] = fields;
        if (!at) throw new Error('no field');
        const columns = partitionBy.map((column) => {
          const value = partitionExpression(column, at, 'moment');
          return `${column.transform === 'date' ? `CAST(${value} AS VARCHAR)` : value} AS ${identifier(column.name)}`;
        });
        const outside = partitionBy.flatMap((column) => outsideYears(column, 'moment') ?? [])[0] ?? 'false';
        const values = moments.map((ms, i) => `(${i}, make_timestamptz(${BigInt(ms) * 1000n}))`).join(', ');
        const rows = await world.sql.session((session) =>
          session.rows<Record<string, string | number | boolean | null>>(
            `SELECT ${columns.join(', ')}, ${outside} AS outside FROM (VALUES ${values}) t(i, moment) ORDER BY i`,
          ),
        );
        expect(rows.map(({ outside, ...row }) => (outside ? null : row))).toEqual(
          moments.map((ms) => judged(ms, zone)),
        );
      },
    ),
    tries(40),
  );
});

test('a null has no date, and a table says the types of its partition columns', async () => {
  const { partitionBy, fields, ...rest } = dataset('Europe/Helsinki');
  const nulls = partitionBy.map(
    (column, i) => `${partitionExpression(column, fields[0] as never, 'moment')} AS c${i}`,
  );
  const outside = outsideYears(partitionBy[0] as never, 'moment');
  const [row] = await world.sql.session((session) =>
    session.rows(
      `SELECT ${nulls.join(', ')}, ${outside} AS outside FROM (SELECT CAST(NULL AS TIMESTAMPTZ) AS moment)`,
    ),
  );
  expect(Object.values(row ?? {})).toEqual([null, null, null, null, null, null, false]);
  expect(tableColumns({ partitionBy, fields, ...rest }).map(({ name, type }) => `${name} ${type}`)).toEqual([
    'year long',
    'month long',
    'day long',
    'date date',
    'yearmonth string',
    'hour string',
    'at timestamp',
    'n string',
  ]);
});
