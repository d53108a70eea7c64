import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';
import { CliError, DefinitionError } from '../../lib/errors.ts';
import {
  contract,
  engine,
  insight,
  load,
  loadInsight,
  root,
  SALES,
  useCatalogFolders,
} from './catalog-load-case.ts';

useCatalogFolders();

async function refusal(work: Promise<unknown>): Promise<CliError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CliError);
  return error as CliError;
}

describe('loadCatalog refuses', () => {
  it('a folder with nothing to read', async () => {
    expect((await refusal(loadCatalog(join(root, 'nowhere'), engine))).message).toMatch(
      /^there is no folder .*nowhere: pass the folder that holds your packages as --schemas DIR, or set schemas in sluice\.yaml\. "npx sluice init" begins a project$/,
    );
    expect((await refusal(load({ 'a/README.md': '' }))).message).toContain(
      'no <package>/datapackage.json is in',
    );
    const only = await refusal(load({ 'a/insights/x.sql': '', 'b/datapackage.json': SALES }));
    expect(only.message).toMatch(/a\/datapackage\.json: the file is missing/);
  });

  it('names that are taken, naming both files', async () => {
    const twice = await refusal(
      load({ 'a/datapackage.json': SALES, 'b/datapackage.json': contract('SALES') }),
    );
    expect(twice.message).toMatch(
      /b\/datapackage\.json, dataset SALES: the name "SALES" is taken by "sales" in .*a\/datapackage\.json: rename/,
    );
    const same = await refusal(
      load({ 'a/datapackage.json': SALES, 'a/insights/Sales.sql': insight('SELECT 1 AS a') }),
    );
    expect(same.message).toMatch(
      /Sales\.sql, line 1: the name "Sales" is taken by "sales" in .*datapackage\.json/,
    );
  });

  it('insights that read one another in a circle', async () => {
    const circle = await refusal(
      loadInsight('FROM b', '', {
        'shop/insights/b.sql': insight('FROM c'),
        'more/insights/c.sql': insight('FROM daily'),
      }),
    );
    expect(circle.message).toMatch(
      /c\.sql, line 4: insights read each other in a cycle: c → daily → b → c\. Remove one of these reads/,
    );
  });

  it.each([
    [
      { name: 'f', constraints: { pattern: 'a(b' } },
      'dataset x, field f, constraints.pattern: DuckDB does not accept "a(b"',
    ],
    [{ name: 'f', constraints: { pattern: '[z-a]' } }, 'DuckDB does not accept "[z-a]"'],
  ])('what the engine does not know: %j', async (field, message) => {
    expect((await refusal(load({ 'a/datapackage.json': contract('x', {}, [field]) }))).message).toContain(
      message,
    );
  });

  it.each<[string, string, string]>([
    ['SELEC 1', '', 'daily.sql, line 4: syntax error at or near "SELEC"'],
    ['SELECT id\nFROM sales\nWHERE "ä" = ) 1', '', 'line 6: syntax error at or near ")"'],
    ['SELECT id FROM sales; SELECT 1', '', 'line 4: there are 2 statements: write one SELECT'],
    ['-- nothing', '', 'line 4: there are 0 statements'],
    ['DELETE FROM sales', '', 'line 4: this is not a SELECT'],
    [
      'PIVOT sales ON id USING sum(price)',
      '',
      'line 4: PIVOT without IN has other columns for other rows: list the values',
    ],
    ['SELECT id FROM sales; -- done', '', 'syntax error at or near ";"'],
    ['SELECT id FROM sale', '', 'line 4: there is no dataset or insight named "sale". Did you mean "sales"?'],
    ["SELECT * FROM 'x.csv'", '', 'there is no dataset or insight named "x.csv"'],
    ['SELECT 1 AS a', '', 'line 4: the SQL reads no table'],
    ["SELECT id\nFROM sales, read_csv('x')", '', 'line 5: the table function read_csv reads files'],
    ['SELECT id,\n  now() AS t\nFROM sales', '', 'line 5: now() is not deterministic'],
    ['SELECT id\nFROM main.sales', '', 'line 5: main.sales is qualified'],
    ['SELECT id,\n  oops FROM sales', '', 'line 5: Binder Error: Referenced column "oops" not found'],
    ['SELECT id || price + true AS a FROM sales', '', 'line 4: Binder Error'],
    [
      'SELECT MAP {id: price} AS m FROM sales',
      '',
      'column m is MAP(BIGINT, DECIMAL(18,2)), for which Delta has no type: write map_entries(x) or CAST(x AS VARCHAR), or return its parts as separate columns',
    ],
    [
      "SELECT {'a': id, 'b c': [{'i': bought - bought}]} AS s FROM sales",
      '',
      'column s is STRUCT("a" BIGINT, "b c" STRUCT("i" INTERVAL)[]), and s."b c"[].i is INTERVAL, for which Delta has no type: count it in one unit, as a month has no fixed length: write epoch_us(x) or CAST(x AS VARCHAR)',
    ],
    ['SELECT list([id]) AS l FROM sales', '', 'write list(list_value(id) ORDER BY list_value(id))'],
    ['SELECT [(id, 1)] AS l FROM sales', '', 'the fields of l[] have no names: write {'],
    [
      `SELECT {'it"s': id} AS s FROM sales`,
      '',
      's has a field named "it\\"s": a name has no quote, tab or line end',
    ],
    [
      "SELECT {'a': {'ä': id, 'Ä': id}} AS s FROM sales",
      '',
      's.a has two fields named "Ä", but for capital letters: rename one',
    ],
    ["SELECT {'__proto__': id} AS s FROM sales", '', 'and is not __proto__: write another one'],
    [
      'SELECT max([dbl / id]) AS l FROM sales',
      '',
      'column l is DOUBLE[], in which equal values may differ, such as 0.0 and -0.0, and max() takes any of them: make them exact first, for example with CAST(x AS DECIMAL(38, 9))',
    ],
    [
      'SELECT CAST(bought AS TIMESTAMP) AS t FROM sales',
      '',
      "column t is TIMESTAMP, for which Delta has no type: return the day, or state the zone whose clock it shows: write CAST(x AS DATE) or x AT TIME ZONE 'UTC'",
    ],
    [
      'SELECT bought - bought AS i FROM sales',
      '',
      'column i is INTERVAL, for which Delta has no type: count it in one unit, as a month has no fixed length: write epoch_us(x) or CAST(x AS VARCHAR)',
    ],
    [
      'SELECT id, [price] AS prices FROM sales',
      'audits: [{column: prices, minimum: 0}]',
      'line 2, audits[0]: prices is of type array<decimal(18,2)>, and only single values are compared so: write the audit as {name, sql} over "this", of its elements (list_contains, len)',
    ],
    [
      "SELECT id, {'p': price} AS s FROM sales",
      'audits: [{column: s, accepted: [1]}]',
      's is of type struct<p:decimal(18,2)>, and only single values are compared so: write the audit as {name, sql} over "this", of its fields',
    ],
    ['SELECT id > 1 FROM sales', '', 'the SELECT returns a column named "(id > 1)": give it a name with AS'],
    ['SELECT id::DOUBLE FROM sales', '', 'give it a name with AS'],
    ['SELECT substring(CAST(id AS VARCHAR), 1, 2) FROM sales', '', 'give it a name with AS'],
    ['SELECT CASE WHEN id = 1 THEN 2 END FROM sales', '', 'give it a name with AS'],
    ['SELECT max(id) FILTER (WHERE true) FROM sales', '', 'give it a name with AS'],
    [`SELECT id${' + id'.repeat(20)} FROM sales`, '', 'give it a name with AS'],
    [
      'SELECT id AS "id " FROM sales',
      '',
      'a column named "id ": a name has no quote, tab or line end, and no blank',
    ],
    ['SELECT id, 1 FROM sales', '', 'a column named "1"'],
    ['SELECT id, price AS ID FROM sales', '', 'the SELECT returns two columns named "ID"'],
    ['SELECT id AS _sluice_x FROM sales', '', 'names that start with "_sluice" are reserved'],
    ['SELECT id AS file_index FROM sales', '', 'which is reserved by DuckDB'],
    ['SELECT id, rowid AS r FROM sales', '', 'rowid'],
    [
      'SELECT id FROM sales',
      'key: [idd]',
      'line 2, key: the SELECT returns no column "idd". Did you mean "id"? It returns id',
    ],
    ['SELECT id FROM sales', 'columns: {ix: X}', 'line 2, columns: the SELECT returns no column "ix"'],
    [
      'SELECT id FROM sales',
      'over: shops',
      'line 2, over: "shops" is not a table that the SQL reads (sales)',
    ],
    [
      'SELECT sales.year FROM sales, shops',
      'partitionBy: [year]',
      `line 2, partitionBy: which table's partitions drive this insight? Name one of sales, shops as "over"`,
    ],
    [
      'SELECT month, id FROM sales',
      'partitionBy: [month]',
      'line 2, partitionBy[0]: "month" is not the next partition column of sales (year, month): list them in that order',
    ],
    [
      'SELECT year, id FROM shops',
      'partitionBy: [year]',
      'partitionBy[0]: shops has no partition columns, so this insight cannot have any: remove partitionBy',
    ],
    [
      'SELECT id FROM sales',
      'partitionBy: [year]',
      'line 2, partitionBy: the SELECT does not return the partition column year',
    ],
    [
      'SELECT CAST(year AS INTEGER) AS year, id FROM sales',
      'partitionBy: [year]',
      'the SELECT returns year as integer, and sales is partitioned by it as long',
    ],
    ['SELECT DISTINCT year FROM sales', 'partitionBy: [year]', 'the SELECT returns only partition columns'],
    [
      'SELECT id FROM sales',
      'audits:\n  - {name: a, sql: FROM this WHERE ix = 1}',
      'line 3, audits[0]: Binder Error: Referenced column "ix" not found',
    ],
    [
      'SELECT id FROM sales',
      'audits: [{name: a, sql: FROM sales}]',
      'line 2, audits[0]: the audit reads "sales": it can only read the computed rows',
    ],
    [
      'SELECT id FROM sales',
      'audits: [{name: a, sql: FROM this WHERE random() > 1}]',
      'audits[0]: random() is not deterministic',
    ],
    [
      'SELECT id,\n  avg(dbl) AS a\nFROM sales\nGROUP BY id',
      '',
      'line 5: avg() adds binary floating point numbers, whose sum depends on the order of the rows: write avg(CAST(dbl AS DECIMAL(38, 9)))',
    ],
    [
      'SELECT sum(dbl) OVER (PARTITION BY id) AS a FROM sales',
      '',
      'line 4: sum() adds binary floating point',
    ],
    [
      'WITH t AS (SELECT id, avg(price) AS p FROM sales GROUP BY id) SELECT sum(p) AS p FROM t',
      '',
      'line 4: sum() adds binary floating point',
    ],
    ['SELECT wavg(id, price) AS w FROM sales', '', 'line 4: wavg() adds binary'],
    [
      'SELECT id\nFROM sales\nLIMIT 3',
      '',
      'line 6: LIMIT without ORDER BY takes arbitrary rows: add ORDER BY ALL',
    ],
    [
      'SELECT id FROM sales ORDER BY price LIMIT 3',
      '',
      'line 4: LIMIT takes an arbitrary one of the rows that tie in its ORDER BY',
    ],
    [
      'SELECT id, price,\n row_number() OVER (ORDER BY id) AS n FROM sales',
      '',
      'line 5: row_number() OVER (…) is not deterministic where rows tie in its ORDER BY: also order by price',
    ],
    [
      "SELECT string_agg(id, ',') AS s FROM sales",
      '',
      'line 4: string_agg() processes the rows in an arbitrary order',
    ],
    [
      'SELECT id FROM sales',
      "audits: [{name: a, sql: 'SELECT first(id) FROM this'}]",
      'audits[0]: first() takes an arbitrary row',
    ],
    [
      'SELECT id FROM sales',
      'audits:\n  - {column: id, relationships: {to: shop, field: id}}',
      'line 3, audits[0]: there is no dataset or insight named "shop". Did you mean "shops"?',
    ],
    [
      'SELECT id FROM sales',
      'audits: [{column: id, relationships: {to: shops, field: idd}}]',
      'line 2, audits[0]: Binder Error: Referenced column "idd" not found',
    ],
    [
      'SELECT id FROM sales',
      'audits: [{column: bought, relationships: {to: shops, field: id}}]',
      'audits[0]: Binder Error: Referenced column "bought" not found',
    ],
    [
      'SELECT id FROM sales',
      'audits: [{column: id, relationships: {to: daily, field: id}}]',
      'daily.sql, line 4: insights read each other in a cycle: daily → daily. Remove one of these reads',
    ],
    ['SELECT id FROM sales', 'audits: [{name: a, sql: SELEC}]', 'line 2, audits[0]: syntax error'],
    [
      'SELECT id FROM sales',
      'audits: [{column: ix, accepted: [1]}]',
      'audits[0]: Binder Error: Referenced column "ix" not found',
    ],
    ['SELECT id FROM sales', 'audits: [{column: id, accepted: [x]}]', 'audits[0]: Conversion Error'],
  ])('%s with %j', async (sql, yaml, message) => {
    const error = await refusal(loadInsight(sql, yaml));
    expect(error).toBeInstanceOf(DefinitionError);
    expect(error.message).toContain(message);
    expect((error as DefinitionError).file).toMatch(/shop\/insights\/daily\.sql$/);
  });
});
