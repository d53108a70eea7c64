// What a refusal says to write in the place of the SQL passes when it is followed to the letter, and names what is shortest.
import { describe, expect, it } from 'vitest';
import { DefinitionError } from '../../lib/errors.ts';
import { contract, insight, load, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

const FIELDS = [
  { name: 'id', type: 'integer' },
  { name: 'shop', type: 'string' },
  { name: 'day', type: 'date' },
  { name: 'seen', type: 'datetime' },
  { name: 'price', type: 'number', precision: 9, scale: 2 },
  { name: 'dbl', type: 'number', double: true },
  { name: 'paid', type: 'boolean' },
  { name: 'order', type: 'string' },
  { name: 'unit price', type: 'number', precision: 9, scale: 2 },
  { name: 'tags', type: 'string' },
];
/** `sales` has no key, `items` has one, and the primaryKey of `lines` is unique within a file only. */
const CONTRACTS = {
  'a/datapackage.json': contract('sales', {}, FIELDS),
  'b/datapackage.json': contract('items', { mode: 'upsert', schema: { fields: FIELDS, primaryKey: ['id'] } }),
  'c/datapackage.json': contract('lines', { schema: { fields: FIELDS, primaryKey: ['id'] } }),
};

async function refusal(sql: string): Promise<string> {
  const lines = await load({ ...CONTRACTS, 'a/insights/asked.sql': insight(sql) }).then(
    () => [],
    (error: unknown) => (error instanceof DefinitionError ? error.lines : Promise.reject(error)),
  );
  return lines.map((line) => line.replace(/^.*asked\.sql, /, '')).join('\n');
}

/** SQL, what is said of it, and the SQL that follows this. */
type Case = readonly [refused: string, said: string, followed: string];

function allPass(cases: readonly Case[]): void {
  it.each(cases)('%s', async (refused, said, followed) => {
    expect(await refusal(refused)).toContain(said);
    expect(await refusal(followed), followed).toBe('');
  });
}

describe('an order lacks the fewest terms, with the quotes that they need', () => {
  allPass([
    ['SELECT * FROM sales LIMIT 3', 'add ORDER BY ALL', 'SELECT * FROM sales ORDER BY ALL LIMIT 3'],
    [
      'SELECT COLUMNS(*) FROM sales ORDER BY price LIMIT 3',
      'also order by COLUMNS(*)',
      'SELECT COLUMNS(*) FROM sales ORDER BY price, COLUMNS(*) LIMIT 3',
    ],
    [
      'SELECT id, "order", "unit price" FROM sales ORDER BY id LIMIT 3',
      'also order by "order", "unit price"',
      'SELECT id, "order", "unit price" FROM sales ORDER BY id, "order", "unit price" LIMIT 3',
    ],
    [
      'SELECT shop, day, price, tags FROM items ORDER BY price LIMIT 3',
      'also order by id',
      'SELECT shop, day, price, tags FROM items ORDER BY price, id LIMIT 3',
    ],
    [
      'SELECT -price AS id, shop, day FROM items ORDER BY price DESC LIMIT 3',
      'also order by items.id',
      'SELECT -price AS id, shop, day FROM items ORDER BY price DESC, items.id LIMIT 3',
    ],
    [
      'SELECT shop, sum(price) AS total, count(*) AS n, max(day) AS newest FROM sales GROUP BY shop ORDER BY total DESC LIMIT 3',
      'also order by shop',
      'SELECT shop, sum(price) AS total, count(*) AS n, max(day) AS newest FROM sales GROUP BY shop ORDER BY total DESC, shop LIMIT 3',
    ],
    [
      'SELECT shop, day, sum(price) / count(*) AS mean FROM sales GROUP BY ALL ORDER BY mean DESC LIMIT 3',
      'also order by shop, "day"',
      'SELECT shop, day, sum(price) / count(*) AS mean FROM sales GROUP BY ALL ORDER BY mean DESC, shop, day LIMIT 3',
    ],
    // What is returned is no exact number, so that ordering by all of it would not do.
    [
      'SELECT price / 3 AS third, shop FROM items ORDER BY ALL LIMIT 3',
      'in which each quotient and other DOUBLE is returned as CAST(x AS DECIMAL(38, 9))',
      'SELECT CAST(price / 3 AS DECIMAL(38, 9)) AS third, shop FROM items ORDER BY ALL LIMIT 3',
    ],
    [
      'SELECT price / 3 AS third, shop FROM items ORDER BY third LIMIT 3',
      'also order by id',
      'SELECT price / 3 AS third, shop FROM items ORDER BY third, id LIMIT 3',
    ],
    [
      'SELECT DISTINCT shop FROM sales ORDER BY price LIMIT 3',
      'write ORDER BY ALL',
      'SELECT DISTINCT shop FROM sales ORDER BY ALL LIMIT 3',
    ],
    [
      'SELECT DISTINCT ON (shop) shop, price, day FROM items ORDER BY shop, price DESC',
      'also order by "day"',
      'SELECT DISTINCT ON (shop) shop, price, day FROM items ORDER BY shop, price DESC, "day"',
    ],
    [
      'SELECT id, price FROM sales UNION ALL SELECT id, price FROM items ORDER BY price LIMIT 3',
      'also order by id',
      'SELECT id, price FROM sales UNION ALL SELECT id, price FROM items ORDER BY price, id LIMIT 3',
    ],
    [
      'SELECT id, lag(price) OVER (PARTITION BY shop ORDER BY day) AS before FROM items',
      'also order by id',
      'SELECT id, lag(price) OVER (PARTITION BY shop ORDER BY day, id) AS before FROM items',
    ],
    [
      'SELECT shop, lag(price) OVER (PARTITION BY shop ORDER BY day) AS a, lead(price) OVER (PARTITION BY shop ORDER BY price) AS b FROM items',
      'also order by id',
      'SELECT shop, lag(price) OVER (PARTITION BY shop ORDER BY day, id) AS a, lead(price) OVER (PARTITION BY shop ORDER BY price, id) AS b FROM items',
    ],
    [
      'SELECT a.id, b.price, lag(b.price) OVER (ORDER BY a.day) AS before FROM items a JOIN items b ON a.shop = b.shop',
      'also order by a.id, b.price',
      'SELECT a.id, b.price, lag(b.price) OVER (ORDER BY a.day, a.id, b.price) AS before FROM items a JOIN items b ON a.shop = b.shop',
    ],
  ]);

  it('the primaryKey of an append dataset is said to be no key', async () => {
    const said =
      'The primaryKey (id) of lines is unique within a file only, so it is no key here; with "mode": "upsert" it would be one';
    expect(await refusal('SELECT * FROM lines ORDER BY id LIMIT 3')).toContain(said);
    expect(
      await refusal(
        'SELECT s.id, l.price FROM sales s ASOF JOIN lines l ON s.shop = l.shop AND s.id >= l.id',
      ),
    ).toContain(said.replace('lines', 'l'));
    expect(await refusal('SELECT * FROM sales ORDER BY id LIMIT 3')).not.toContain('primaryKey');
  });
});

describe('a call is written with its own arguments, DISTINCT and FILTER', () => {
  const grouped = (expression: string) => `SELECT shop, ${expression} AS a FROM sales GROUP BY shop`;
  const cases: readonly Case[] = [
    ['first(price)', 'write first(price ORDER BY price), min(price) or max(price)', 'min(price)'],
    [
      'first(price ORDER BY day)',
      'write first(price ORDER BY "day", price)',
      'first(price ORDER BY "day", price)',
    ],
    [
      "string_agg(DISTINCT tags, ' | ')",
      "write string_agg(DISTINCT tags, ' | ' ORDER BY tags)",
      "string_agg(DISTINCT tags, ' | ' ORDER BY tags)",
    ],
    [
      'any_value(price) FILTER (paid)',
      'any_value(price ORDER BY price) FILTER (WHERE paid)',
      'any_value(price ORDER BY price) FILTER (WHERE paid)',
    ],
    [
      'to_json(array_agg(DISTINCT price))',
      'write array_agg(DISTINCT price ORDER BY price)',
      'to_json(array_agg(DISTINCT price ORDER BY price))',
    ],
    ['mode(price)', 'write mode(price ORDER BY price)', 'mode(price ORDER BY price)'],
    [
      'arg_max(id, price) FILTER (paid)',
      'write arg_max(id, (price, id)) FILTER (WHERE paid AND price IS NOT NULL)',
      'arg_max(id, (price, id)) FILTER (WHERE paid AND price IS NOT NULL)',
    ],
    [
      'to_json(max_by(id, price, 3))',
      'write max_by(id, (price, id), 3) FILTER (WHERE price IS NOT NULL)',
      'to_json(max_by(id, (price, id), 3) FILTER (WHERE price IS NOT NULL))',
    ],
    [
      'sum(DISTINCT dbl)',
      'write sum(DISTINCT CAST(dbl AS DECIMAL(38, 9)))',
      'sum(DISTINCT CAST(dbl AS DECIMAL(38, 9)))',
    ],
    ['var_pop(dbl)', 'write var_pop(CAST(dbl AS DECIMAL(18, 6)))', 'var_pop(CAST(dbl AS DECIMAL(18, 6)))'],
    [
      'corr(dbl, price)',
      'write corr(CAST(dbl AS DECIMAL(18, 6)), CAST(price AS DECIMAL(18, 6)))',
      'corr(CAST(dbl AS DECIMAL(18, 6)), price)',
    ],
  ];
  allPass(cases.map(([refused, said, followed]) => [grouped(refused), said, grouped(followed)]));

  it('each sum of floats is named with its line, and no other sum', async () => {
    const found = await refusal(
      'SELECT shop,\n  sum(price) AS a,\n  sum(dbl) AS b,\n  sum(dbl * price) AS c\nFROM sales GROUP BY shop',
    );
    expect(found.split('\n').map((line) => line.replace(/^line (\d+):.*: /, '$1 '))).toEqual([
      '6 write sum(CAST(dbl AS DECIMAL(38, 9)))',
      '7 write sum(CAST((dbl * price) AS DECIMAL(38, 9)))',
    ]);
  });

  it('a number that the parse tree does not hold exactly is not written with other digits', async () => {
    const said = await refusal('SELECT shop, stddev(id + 9007199254740993) AS s FROM sales GROUP BY shop');
    expect(said).toMatch(/^line \d+: stddev\(\) adds binary floating point numbers/);
    expect(said).not.toMatch(/\+ 0|900719925474099[^3]/);
  });

  it('in a PIVOT, whose groups are not known, no order is advised', async () => {
    const pivot = (aggregate: string) =>
      `SELECT * FROM (PIVOT sales ON paid IN (true, false) USING ${aggregate} GROUP BY shop)`;
    expect(await refusal(pivot('first(price)'))).toContain('write min(price) or max(price)');
    expect(await refusal(pivot("string_agg(tags, ',')"))).toContain('in a subquery with GROUP BY');
    const followed = `SELECT * FROM (PIVOT (SELECT shop, paid, string_agg(tags, ',' ORDER BY tags) AS t FROM sales GROUP BY ALL) ON paid IN (true, false) USING max(t) GROUP BY shop)`;
    expect(await refusal(followed)).toBe('');
  });
});

describe('names, types and functions', () => {
  allPass([
    [
      "SELECT id, date_trunc('month', seen AT TIME ZONE 'Europe/Berlin') AS month FROM sales",
      "write CAST(x AS DATE) or x AT TIME ZONE 'Europe/Berlin'",
      "SELECT id, CAST(date_trunc('month', seen AT TIME ZONE 'Europe/Berlin') AS DATE) AS month FROM sales",
    ],
    [
      "SELECT id, price || ' EUR' FROM sales",
      `line 4: the SELECT returns a column named ${JSON.stringify("(price || ' EUR')")}: give it a name with AS`,
      `SELECT id, price || ' EUR' AS "price in EUR" FROM sales`,
    ],
    [
      'SELECT * FROM sales JOIN items USING (id)',
      'list the columns in the place of *, one of the two with another name, such as t.shop AS t_shop',
      'SELECT sales.*, items.shop AS items_shop FROM sales JOIN items USING (id)',
    ],
    [
      'SELECT id, e.value AS v FROM sales, read_json(tags) e',
      'reads files',
      'SELECT sales.id, e.value AS v FROM sales, json_each(tags) e',
    ],
    [
      'PIVOT sales ON shop USING sum(price)',
      "list the values, PIVOT … ON x IN ('a', 'b') USING …",
      "PIVOT (SELECT shop, day, price FROM sales) ON shop IN ('a', 'b') USING sum(price)",
    ],
    [
      'SELECT id FROM sales WHERE day > current_date - 7',
      'or count from the newest row: (SELECT max(x) FROM t)',
      'SELECT id FROM sales WHERE day > (SELECT max(day) FROM sales) - 7',
    ],
    [
      'SELECT id, age(seen) AS a FROM sales',
      'Say from which time on: age(x, y)',
      "SELECT id, epoch_us(age(TIMESTAMPTZ '2024-01-01 00:00:00Z', seen)) AS a FROM sales",
    ],
    [
      'SELECT id, uuid() AS u FROM sales',
      'md5(CAST(x AS VARCHAR))',
      'SELECT id, md5(CAST(id AS VARCHAR)) AS u FROM sales',
    ],
    [
      'SELECT * FROM sales USING SAMPLE 10%',
      "WHERE md5(CAST(x AS VARCHAR)) < '1'",
      "SELECT * FROM sales WHERE md5(CAST(id AS VARCHAR)) < '1'",
    ],
    [
      'SELECT s.id, i.price FROM sales s ASOF JOIN items i ON s.shop = i.shop AND s.day >= i.day',
      'grouped by what is compared: (SELECT shop, day, … FROM … GROUP BY shop, day)',
      'SELECT s.id, i.price FROM sales s ASOF JOIN (SELECT shop, day, max(price) AS price FROM items GROUP BY shop, day) i ON s.shop = i.shop AND s.day >= i.day',
    ],
    [
      "SELECT id, array_to_string(ARRAY(SELECT i.tags FROM items i WHERE i.shop = s.shop), ',') AS a FROM sales s",
      'ARRAY(SELECT x …) is (SELECT list(x ORDER BY x) …)',
      "SELECT id, array_to_string((SELECT list(i.tags ORDER BY i.tags) FROM items i WHERE i.shop = s.shop), ',') AS a FROM sales s",
    ],
    [
      'SELECT id, order FROM sales',
      'order is a reserved SQL keyword: write it as a column name with quotes, "order"',
      'SELECT id, "order" FROM sales',
    ],
  ]);

  it('a keyword that is used as one is not said to want quotes', async () => {
    expect(await refusal('SELECT id FROM sales ORDER BY price, ALL')).not.toContain('reserved');
  });

  it('a result is named with its own line', async () => {
    expect(await refusal('SELECT\n  id,\n  seen - seen AS d,\n  price > 1\nFROM sales')).toMatch(
      /^line 7: the SELECT returns a column named .*\nline 6: column d is INTERVAL/,
    );
  });
});
