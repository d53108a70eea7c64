// Definitions that were made to break their reader: whatever they hold, the answer is a sentence with the file and the next
// step, and it comes soon; never a stack, never a message as long as the poison.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';
import { CliError } from '../../lib/errors.ts';
import { contract, engine, insight, load, root, useCatalogFolders } from './catalog-load-case.ts';

useCatalogFolders();

const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
const field = (words: object, constraints: object = {}) =>
  contract('sales', {}, [{ name: 'id', ...words, constraints }]);
const nested = (open: string, inner: string, close: string, depth: number) =>
  open.repeat(depth) + inner + close.repeat(depth);

/** What is said of the files; '' where they load. */
async function said(files: Record<string, string>): Promise<string> {
  const started = process.cpuUsage();
  try {
    await load(files);
    return '';
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    expect(error.message.length).toBeLessThan(5000);
    expect(error.message).toMatch(/datapackage\.json|\.sql/);
    return error.message;
  } finally {
    // Of the processor's time: what else runs on the machine is not the poison's fault.
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(30);
  }
}

describe('a contract', () => {
  const CONTRACTS: Record<string, [string, RegExp]> = {
    'of 100,000 arrays in one another': [
      nested('[', '', ']', 100_000),
      /line 1, column 201: brackets are nested more than 200 deep/,
    ],
    'of arrays that never close': ['['.repeat(1_000_000), /nested more than 200 deep/],
    'of nested objects': [nested('{"a":', '1', '}', 50_000), /nested more than 200 deep/],
    'with nested arrays for an enum': [
      `{"resources":[{"name":"sales","path":"s/*.csv","schema":{"fields":[{"name":"id","constraints":{"enum":${nested('[', '', ']', 5000)}}}]}}]}`,
      /nested more than 200 deep/,
    ],
    'of quotes that never close': [`{"resources": "${'\\"'.repeat(500_000)}`, /this is not JSON/],
    'with brackets in a text': [contract('sales', { description: '[{'.repeat(5000) }), /^$/],
    'with a number of a million digits': [
      `{"resources":[{"name":"sales","path":"s/*.csv","maxRejectedRows":${'9'.repeat(1_000_000)},"schema":{"fields":[{"name":"id"}]}}]}`,
      /maxRejectedRows: 9+… is not a whole number/,
    ],
    'with a limit of five million digits': [
      field({ type: 'number' }, { minimum: '9'.repeat(5_000_000) }),
      /minimum: "9+… is not a number/,
    ],
    'with an integer limit of a million digits': [
      field({ type: 'integer' }, { minimum: '-'.repeat(1_000_000) }),
      /is not an integer/,
    ],
    'with an exponent of a billion': [
      field({ type: 'number' }, { minimum: '1e999999999' }),
      /is not a number that fits/,
    ],
    'with a date of a million characters': [
      field({ type: 'date', format: '%d%B%Y' }, { minimum: 'a'.repeat(1_000_000) }),
      /is not a valid date/,
    ],
    'with money of a million characters': [
      field(
        { type: 'number', bareNumber: false, groupChar: '.', decimalChar: ',' },
        { minimum: `${'1.'.repeat(400)}x` },
      ),
      /is not a number/,
    ],
    'with a date format of 200,000 characters': [
      field({ type: 'date', format: `%Y${'%%'.repeat(100_000)}%m%d` }),
      /at most 200 are allowed/,
    ],
    'with a pattern that backtracks': [field({ type: 'string' }, { pattern: '(a+)+$' }), /^$/],
    'with a pattern of brackets': [
      field({ type: 'string' }, { pattern: '['.repeat(100_000) }),
      /DuckDB does not accept "\[+.* Correct it$/,
    ],
    'with a pattern of classes': [field({ type: 'string' }, { pattern: '[a-'.repeat(100_000) }), /pattern/],
    'with a pattern of a million repetitions': [
      field({ type: 'string' }, { pattern: '((a{100}){100}){100}' }),
      /invalid repetition size/,
    ],
    'with addresses that backtrack': [
      field(
        { type: 'string', format: 'email' },
        { enum: [`a@${'aa.'.repeat(20_000)}`, `"${'\\a'.repeat(30_000)}`] },
      ),
      /is not a text of the format email/,
    ],
    'with links that backtrack': [
      field({ type: 'string', format: 'uri' }, { enum: [`a://${'a@'.repeat(20_000)} `] }),
      /format uri/,
    ],
    'with an enum of a million values': [
      field({ type: 'string' }, { enum: many(1_000_000, (i) => `v${i}`) }),
      /enum: 1000000 values would slow down every file; at most 100000 are allowed/,
    ],
    'of 10,000 fields with patterns': [
      contract(
        'sales',
        {},
        many(10_000, (i) => ({ name: `f${i}`, type: 'string', constraints: { pattern: 'a+' } })),
      ),
      /^$/,
    ],
    'with one wrong pattern among 1,000': [
      contract(
        'sales',
        {},
        many(1000, (i) => ({
          name: `f${i}`,
          type: 'string',
          constraints: { pattern: i === 777 ? 'a**' : 'a+' },
        })),
      ),
      /field f777, constraints\.pattern: DuckDB does not accept "a\*\*"/,
    ],
    'with 20,000 missing values': [field({ missingValues: many(20_000, (i) => `m${i}`) }), /^$/],
    'with a name of a million letters': [contract('a'.repeat(1_000_000)), /cannot be a table name/],
    'with a path of 100,000 stars': [
      contract('sales', { path: `${'*a'.repeat(100_000)}.csv` }),
      /path: .* \(a key has at most 1024\)/,
    ],
    'with words of JavaScript': [
      '{"resources":[{"name":"constructor","path":"a/*.csv","schema":{"fields":[{"name":"__proto__"},{"name":"toString"}]}}]}',
      /^$/,
    ],
    'with a word of JavaScript for a word': [
      '{"resources":[{"name":"a","path":"a/*.csv","__proto__":{"x":1},"schema":{"fields":[{"name":"id"}]}}]}',
      /"__proto__" is not a known contract property here/,
    ],
  };

  it.each(Object.entries(CONTRACTS))('%s', async (_, [text, problem]) => {
    expect(await said({ 'shop/datapackage.json': text })).toMatch(problem);
  });

  it('that is a folder, and one that is no UTF-8', async () => {
    const folder = join(root, 'folder');
    await mkdir(join(folder, 'shop/datapackage.json'), { recursive: true });
    await expect(loadCatalog(folder, engine)).rejects.toThrow(
      /datapackage\.json: it is a folder, a pipe or a device, not a file: move it away/,
    );
    const latin = join(root, 'latin');
    await mkdir(join(latin, 'shop/insights'), { recursive: true });
    await writeFile(
      join(latin, 'shop/datapackage.json'),
      Buffer.from('{\n"title": "Gr\xf6\xdfe"}', 'latin1'),
    );
    await expect(loadCatalog(latin, engine)).rejects.toThrow(
      /datapackage\.json, line 2: the byte 0xF6 is not UTF-8: save the file as UTF-8 text/,
    );
    await writeFile(join(latin, 'shop/datapackage.json'), contract('sales'));
    await writeFile(
      join(latin, 'shop/insights/a.sql'),
      Buffer.from(insight("SELECT id FROM sales WHERE 'Gr\xf6\xdfe' = 'x'"), 'latin1'),
    );
    await expect(loadCatalog(latin, engine)).rejects.toThrow(/a\.sql, line 4: the byte 0xF6 is not UTF-8/);
  });
});

describe('an insight', () => {
  const laughs = ['a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol"]']
    .concat(
      many(8, (i) => `${'bcdefghi'[i]}: &${'bcdefghi'[i]} [${many(9, () => `*${'abcdefgh'[i]}`).join(',')}]`),
    )
    .join('\n');
  const SELECT = 'SELECT id FROM sales';
  const doubled = (select: string, last = 'SELECT id FROM c40') =>
    `WITH c0 AS (${select}), ${many(40, (i) => `c${i + 1} AS (SELECT a.* FROM c${i} a, c${i} b)`).join(', ')} ${last}`;
  const WIDE = many(3000, (i) => ({ name: `x${i}`, type: 'integer' }));
  const INSIGHTS: Record<string, [string, RegExp]> = {
    'of a billion laughs': [
      insight(SELECT, laughs),
      /line 2: the aliases in the front matter \(\*name\) expand to too many values/,
    ],
    'whose alias holds itself': [
      insight(SELECT, 'audits: &k [*k]'),
      /audits\[0\]: it must be an object of properties/,
    ],
    'with 20,000 lists in one another': [
      insight(SELECT, `key: ${nested('[', '', ']', 20_000)}`),
      /front matter is nested too deeply/,
    ],
    'with 20,000 maps in one another': [
      insight(SELECT, `key: ${nested('{a: ', '1', '}', 20_000)}`),
      /front matter is nested too deeply/,
    ],
    'with a front matter of 20,000 columns': [
      insight(SELECT, `columns:\n${many(20_000, (i) => `  c${i}: x`).join('\n')}`),
      /the front matter has \d+ characters, but may have at most 250000|returns no column "c0"/,
    ],
    'with a list for a word': [insight(SELECT, '? [a, b]\n: 1'), /is not a property of the front matter/],
    'with code for a text': [insight(SELECT, 'description: !!js/function "x"'), /Unresolved tag/],
    'of 10 MB': [
      insight(`${SELECT} WHERE id IN (${many(1_400_000, String).join(',')})`),
      /the file has \d+ characters, but an insight may have at most 1000000: put long lists/,
    ],
    'of 900,000 blanks': [insight(`SELECT id${' '.repeat(900_000)}FROM sales`), /^$/],
    'of 900,000 blank lines': ['\n'.repeat(900_000), /the front matter is missing/],
    'of a comment that never ends': [`/* ---\n${'/*'.repeat(400_000)}`, /the front matter is missing/],
    'with an audit of 200,000 blanks': [
      insight(SELECT, `audits: [{name: a, sql: "FROM this WHERE id < 0${' '.repeat(200_000)}AND id > 5"}]`),
      /^$/,
    ],
    'nested 10,000 deep': [
      insight(`SELECT ${nested('(', 'id', ')', 10_000)} AS a FROM sales`),
      /line 4: memory exhausted/,
    ],
    'of 10,000 terms': [
      insight(`SELECT ${many(10_000, () => 'id').join(' + ')} AS a FROM sales`),
      /Max expression depth limit of 1000 exceeded/,
    ],
    'of CASE in CASE': [
      insight(`SELECT ${nested('CASE WHEN id = 1 THEN ', '1', ' END', 980)} AS a FROM sales`),
      /^$|the SQL is nested too deeply to be analysed: split it into CTEs/,
    ],
    'of 3,000 subqueries': [
      insight(`SELECT id FROM ${nested('(SELECT id FROM ', 'sales', ')', 3000)}`),
      /memory exhausted/,
    ],
    'of 300 subqueries': [insight(`SELECT id FROM ${nested('(SELECT id FROM ', 'sales', ')', 300)}`), /^$/],
    'of 1,000 unions': [insight(many(1000, () => SELECT).join(' UNION ALL ')), /^$/],
    'of CTEs that double each other': [insight(doubled(SELECT)), /^$/],
    'of CTEs that double a table that it joins': [
      insight(
        doubled('SELECT year, id FROM sales', 'SELECT o.year, o.id FROM c40 JOIN others o USING (year)'),
        'over: others\npartitionBy: [year]',
      ),
      /^$/,
    ],
    'of 3,000 columns, and each of them is a key': [
      insight(`SELECT DISTINCT ${many(3000, (i) => `x${i}`).join(', ')} FROM wide`),
      /^$/,
    ],
    'of a list of 100,000 values': [
      insight(`${SELECT} WHERE id IN (${many(100_000, String).join(',')})`),
      /^$/,
    ],
    'with an infinite number': [insight('SELECT id, CAST(1e400 AS DOUBLE) AS a FROM sales'), /^$/],
    'with a NUL': [insight("SELECT id FROM sales WHERE 'a\0' = 'b'"), /NUL character/],
  };

  it.each(Object.entries(INSIGHTS))('%s', async (_, [text, problem]) => {
    const files = {
      'shop/datapackage.json': contract('sales', { partitionBy: ['year', 'month'] }),
      'others/datapackage.json': contract('others', { partitionBy: ['year', 'month'] }),
      'wide/datapackage.json': contract('wide', {}, WIDE),
      'shop/insights/daily.sql': text,
    };
    expect(await said(files)).toMatch(problem);
  });
});
