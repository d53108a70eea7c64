// The contract as a document for a supplier: what it says in words; and that the example of a file in it is really accepted, by an
// ingest of it under contracts of all kinds.
import { describe, expect, it } from 'vitest';
import { lakeStatus } from '../../lib/inspect/lake-status.ts';
import { contractExample } from '../../lib/page/contract-example.ts';
import { contractText } from '../../lib/page/contract-text.ts';
import { textOfPattern } from '../../lib/page/pattern-example.ts';
import { openLake, openPackage, openWorld, syncPrune, TestClock } from '../support/shop-lake.ts';

/** With contracts of one encoding that is no superset of ASCII: those are written in it. */
function encoded(text: string, encoding: string): Uint8Array {
  if (!encoding.startsWith('utf-16')) return Buffer.from(text);
  const bytes = Buffer.from(encoding === 'utf-16' ? `\ufeff${text}` : text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

describe('the example of a file', () => {
  it.each([
    ['schemas', [], 9],
    ['test/golden/csv-dialects/schemas', [], 9],
    ['test/golden/csv-headers/schemas', [], 3],
    ['test/golden/csv-encodings/schemas', [], 9],
    ['test/golden/table-schema/schemas', [], 3],
    ['test/golden/written-ways/schemas', [], 4],
    ['test/golden/skipped-records/schemas', [], 3],
    ['test/golden/fields-match/schemas', [], 5],
    ['test/golden/json-shapes/schemas', [], 5],
    ['test/golden/json-records/schemas', [], 4],
    ['test/golden/changing-rows/schemas', [], 2],
    ['test/golden/workbooks/schemas', ['orders'], 0],
  ])('is accepted, whole, under the contracts in %s', async (schemas, without, least) => {
    const world = await openWorld(schemas);
    try {
      const lake = openLake(world, new TestClock());
      const sent: string[] = [];
      const none: string[] = [];
      for (const dataset of world.catalog.datasets) {
        const { key, text } = await contractExample(lake.effects, dataset);
        if (key === null || text === null) none.push(dataset.name);
        else {
          sent.push(dataset.name);
          await lake.effects.landing.write(key, encoded(text, dataset.encoding));
        }
      }
      await syncPrune(lake);
      const { datasets } = await lakeStatus(lake.effects);
      const found = datasets.filter(({ dataset }) => sent.includes(dataset));
      const shortOf = found.flatMap(({ dataset, files, waiting, rejected, openQuarantinedRows }) =>
        files === 1 && waiting + rejected.length + openQuarantinedRows === 0 ? [] : [dataset],
      );
      expect(lake.dead).toEqual([]);
      expect({ none, shortOf }).toEqual({ none: without, shortOf: [] });
      expect(sent.length).toBeGreaterThanOrEqual(least);
    } finally {
      await world.close();
    }
  });

  it('keeps to limits, keys and ways of writing', async () => {
    const world = await openPackage({
      name: 'shop',
      resources: [
        {
          name: 'invoices',
          path: 'invoices/{month}/{shop}-*.csv',
          encoding: 'windows-1252',
          dialect: { delimiter: ';', quoteChar: "'", headerRows: [2] },
          schema: {
            primaryKey: ['number'],
            missingValues: ['', 'text', '12'],
            fields: [
              { name: 'month', type: 'yearmonth' },
              { name: 'shop', type: 'string', constraints: { enum: ["o'hara", 'smith'] } },
              {
                name: 'number',
                type: 'string',
                constraints: { required: true, pattern: 'INV-[0-9]{4}(-[AB])?' },
              },
              { name: 'count', type: 'integer', constraints: { minimum: 1000, maximum: 1001 } },
              {
                name: 'total',
                header: 'Total; in €',
                type: 'number',
                precision: 6,
                scale: 3,
                decimalChar: ',',
                constraints: { exclusiveMinimum: '0' },
              },
              { name: 'issued', type: 'date', format: ['%d.%m.%Y', 'default'] },
              { name: 'note', constraints: { maxLength: 3 } },
            ],
          },
        },
      ],
    });
    try {
      const lake = openLake(world, new TestClock());
      const [dataset] = world.catalog.datasets;
      if (dataset === undefined) throw new Error('the contract has a dataset');
      const { example, fields, rules, file } = await contractText(lake.effects, dataset);
      expect(example).toBe(
        [
          'This line is not read',
          "number;count;'Total; in €';issued;note",
          'INV-2345-B;1001;12,50;31.01.2024;tex',
          'INV-9012-A;1000;0,75;2024-01-31;oth',
          '',
        ].join('\n'),
      );
      expect(
        fields.map(({ header, name, type, required, rules }) => [header, name, type, required, rules]),
      ).toEqual([
        [
          'month',
          'month',
          'a month as 2024-01',
          false,
          ['"text" or "12" means no value', expect.stringContaining("the file's name gives it")],
        ],
        [
          'shop',
          'shop',
          'a text',
          false,
          [
            'one of "o\'hara" or "smith"',
            '"text" or "12" means no value',
            expect.stringContaining("the file's name gives it"),
          ],
        ],
        [
          'number',
          'number',
          'a text',
          true,
          ['matches the pattern INV-[0-9]{4}(-[AB])?', '"text" or "12" means no value'],
        ],
        [
          'count',
          'count',
          'a whole number',
          false,
          ['at least 1000', 'at most 1001', '"text" or "12" means no value'],
        ],
        [
          'Total; in €',
          'total',
          'a number of at most 6 digits, 3 of them decimals, with "," before the decimals',
          false,
          ['more than 0', '"text" or "12" means no value'],
        ],
        ['issued', 'issued', 'a date as 31.01.2024 or 2024-01-31', false, ['"text" or "12" means no value']],
        ['note', 'note', 'a text', false, ['at most 3 characters', '"text" or "12" means no value']],
      ]);
      expect(rules).toEqual([
        'No two rows of a file have the same number: the second one is refused.',
        'Every file counts: the same rows must not be sent under two names.',
      ]);
      expect(file.slice(0, 2)).toEqual([
        { name: 'Name', text: "invoices/{month}/{shop}-*.csv, such as invoices/2024-01/o'hara-1.csv" },
        { name: 'Format', text: 'CSV: a text with a record on each line' },
      ]);
    } finally {
      await world.close();
    }
  });
});

describe('a text of a pattern', () => {
  it.each([
    ['[A-Z]{3}', /^[A-Z]{3}$/],
    ['(?:DE|AT)\\d{2,4}', /^(?:DE|AT)\d{2,4}$/],
    ['[^a-y@]+x?', /^[^a-y@]+x?$/],
    ['a\\.b\\-c', /^a\.b-c$/],
    ['\\w+@\\w+\\.(com|org)', /^\w+@\w+\.(com|org)$/],
    ['[]x]{2}', /^[\]x]{2}$/],
    ['(?P<year>20\\d\\d)', /^20\d\d$/],
  ])('%s matches it', (pattern, whole) => {
    for (const seed of [0, 1, 2, 3]) expect(textOfPattern(pattern, seed)).toMatch(whole);
  });

  it.each(['(?i)abc', '\\p{L}+', 'a(b', '[[:alpha:]]', '\\x41', '[a', 'a)'])(
    '%s is not understood',
    (pattern) => {
      expect(textOfPattern(pattern, 0)).toBeUndefined();
    },
  );
});
