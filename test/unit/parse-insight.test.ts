import { describe, expect, it } from 'vitest';
import { parseInsight } from '../../lib/definitions/parse-insight.ts';
import { refusal } from './refusal.ts';

const parse = (text: string) => parseInsight('insights/daily.sql', 'daily', text);
const withWords = (yaml: string) => parse(`/* ---\n${yaml}\n--- */\nSELECT 1 AS a`);

describe('parseInsight', () => {
  it('reads the front matter and the SQL, and where both stand', () => {
    const text = `/* ---
description: Sales by day.
over: sales
partitionBy: [year, month]
key:
  - shop
audits:
  - name: no_debts
    sql: SELECT * FROM this WHERE amount < 0;
  - column: currency
    accepted: [EUR, "5", 5, true, it's]
  - column: amount
    name: small
    minimum: -0.10
    maximum: 12345678901234567890.10
  - column: day
    minimum: 2024-01-01
columns:
  amount: How much.
--- */

-- why
SELECT 1 AS a; -- done
FROM x ;
`;
    expect(parse(text)).toEqual({
      file: 'insights/daily.sql',
      name: 'daily',
      description: 'Sales by day.',
      over: 'sales',
      partitionBy: ['year', 'month'],
      key: ['shop'],
      audits: [
        { name: 'no_debts', severity: 'error', sql: 'SELECT * FROM this WHERE amount < 0' },
        {
          name: 'accepted values of currency',
          severity: 'error',
          sql: `SELECT * FROM this WHERE "currency" NOT IN ('EUR', '5', 5, true, 'it''s')`,
          compared: { own: 'currency' },
        },
        {
          name: 'small',
          severity: 'error',
          sql: 'SELECT * FROM this WHERE "amount" < -0.10 OR "amount" > 12345678901234567890.10',
          compared: { own: 'amount' },
        },
        {
          name: 'range of day (minimum 2024-01-01)',
          severity: 'error',
          sql: `SELECT * FROM this WHERE "day" < '2024-01-01'`,
          compared: { own: 'day' },
        },
      ],
      columns: { amount: 'How much.' },
      sql: '-- why\nSELECT 1 AS a; -- done\nFROM x',
      sqlLine: 22,
      lines: {
        over: 3,
        partitionBy: 4,
        key: 6,
        columns: 19,
        'audits[0]': 8,
        'audits[1]': 10,
        'audits[2]': 12,
        'audits[3]': 16,
      },
    });
  });

  it('reads relationships, maxRowChange and severities', () => {
    const yaml = `audits:
  - {column: user, relationships: {to: Users, field: id}}
  - {column: user, accepted: [1], severity: warn, name: one}
  - maxRowChange: 0.50
  - {maxRowChange: 2, severity: error}`;
    expect(withWords(yaml).audits).toEqual([
      {
        name: 'user references Users.id',
        severity: 'error',
        related: 'Users',
        compared: { own: 'user', theirs: 'id' },
        sql: 'SELECT * FROM this WHERE "user" NOT IN (SELECT "id" FROM "_sluice_related_users" WHERE "id" IS NOT NULL)',
      },
      {
        name: 'one',
        severity: 'warn',
        sql: 'SELECT * FROM this WHERE "user" NOT IN (1)',
        compared: { own: 'user' },
      },
      {
        name: 'maxRowChange 0.50',
        severity: 'warn',
        sql: 'SELECT * FROM (SELECT count(*) AS rows FROM this), _sluice_before WHERE abs(rows - rows_before) > 0.50 * rows_before',
      },
      { name: 'maxRowChange 2', severity: 'error', sql: expect.stringContaining('> 2 * rows_before') },
    ]);
  });

  it.each([
    '/* ---\n--- */SELECT 1',
    '\uFEFF/* ---\r\n--- */\r\nSELECT 1;\r\n',
    '\n/*---\n# nothing\n---*/ SELECT 1 ; ;',
  ])('takes front matter without words: %j', (text) => {
    expect(parse(text)).toMatchObject({ partitionBy: [], key: [], audits: [], columns: {}, sql: 'SELECT 1' });
  });

  it('ends an audit that has a comment in its last line with a line feed', () => {
    expect(withWords('audits:\n  - name: a\n    sql: |\n      FROM this\n      -- all').audits[0]?.sql).toBe(
      'FROM this\n-- all\n',
    );
  });
});

const at = (line: number) => `insights/daily.sql, line ${line}`;

describe('parseInsight refuses', () => {
  it.each([
    ['SELECT 1', `${at(1)}: the front matter is missing: start the file with`],
    ['SELECT 1 /* ---\n--- */', 'the front matter is missing'],
    ['/* ---\nover: x\nSELECT 1', 'the front matter is missing'],
    ['/* ---\nover: x\n--- */\n;\n', `${at(4)}: the SQL is missing`],
    ['/* ---\n--- */\nSELECT \0', 'the file contains a NUL character'],
  ])('the file %j', (text, message) => {
    expect(refusal(() => parse(text))).toContain(message);
  });

  it.each([
    ['over: x\novr: y', `${at(3)}, ovr: "ovr" is not a property of the front matter. Did you mean "over"?`],
    ['over: x\nover: y', `${at(3)}: the front matter is not YAML: Map keys must be unique`],
    ['over: [x', 'the front matter is not YAML'],
    ['over: x\nkey: !!foo [a]', `${at(3)}: the front matter is not YAML`],
    ['- a', `${at(2)}: it must be an object of properties`],
    ['over: 3', `${at(2)}, over: it must be a text`],
    ['over:', `${at(2)}, over: it must be a text`],
    ['partitionBy: year', `${at(2)}, partitionBy: it must be a list`],
    ['partitionBy:\n  - year\n  - year', `${at(4)}, partitionBy[1]: "year" is listed twice`],
    ['key: [a, b, a]', `${at(2)}, key[2]: "a" is listed twice`],
    ['columns: [a]', `${at(2)}, columns: it must be column names with descriptions`],
    ['columns:\n  a: 3', `${at(3)}, columns.a: it must be a text`],
    ['audits: {name: a}', `${at(2)}, audits: it must be a list`],
    [
      'audits:\n  - name: a\n    sq: SELECT 1',
      `${at(4)}, audits[0].sq: "sq" is not a property of the front matter. Did you mean "sql"?`,
    ],
    ['audits:\n  - sql: SELECT 1', `${at(3)}, audits[0]: the audit has no name`],
    ['audits:\n  - name: a', `${at(3)}, audits[0]: this is not an audit: write {name, sql}`],
    ['audits:\n  - column: a', 'this is not an audit'],
    ['audits:\n  - {column: a, accepted: [1], minimum: 1}', 'this audit mixes two kinds'],
    ['audits:\n  - {name: a, sql: x, column: a}', 'this audit mixes two kinds'],
    ['audits:\n  - {column: a, accepted: []}', `${at(3)}, audits[0].accepted: it is empty`],
    ['audits:\n  - {column: a, accepted: [~]}', 'a value here must be a text, a number, true or false'],
    ['audits:\n  - {column: a, minimum: [1]}', 'a value here must be a text'],
    [
      'audits:\n  - {column: a, accepted: [1], relationships: {to: b, field: c}}',
      'this audit mixes two kinds',
    ],
    ['audits:\n  - {maxRowChange: 1, sql: x}', 'this audit mixes two kinds'],
    ['audits:\n  - {maxRowChange: 1, column: a}', 'maxRowChange applies to rows, not to a column'],
    ['audits:\n  - maxRowChange: -1', 'maxRowChange must be a ratio such as 0.5'],
    ['audits:\n  - maxRowChange: 50%', 'maxRowChange must be a ratio such as 0.5'],
    ['audits:\n  - relationships: {to: b, field: c}', 'this is not an audit'],
    [
      'audits:\n  - {column: a, relationships: {too: b, field: c}}',
      `${at(3)}, audits[0].relationships.to: it must be a text`,
    ],
    [
      'audits:\n  - column: a\n    relationships: {to: b, field: c, fild: d}',
      `${at(4)}, audits[0].relationships.fild: "fild" is not a property of the front matter. Did you mean "field"? Known properties: to, field`,
    ],
    [
      'audits:\n  - {column: a, minimum: 1, severity: warning}',
      `${at(3)}, audits[0].severity: it must be error or warn: correct it`,
    ],
    [
      'audits:\n  - {column: a, minimum: 1}\n  - {column: a, minimum: 1, severity: warn}',
      `${at(4)}, audits[1]: another audit is also named "range of a (minimum 1)": give this one a different "name"`,
    ],
    ['audits:\n  - {name: key unique, sql: FROM this}', 'another audit is also named "key unique"'],
    ['audits:\n  - {column: a, minimum: 1e3}', '1e3 is not a plain decimal number'],
  ])('the front matter %j', (yaml, message) => {
    expect(refusal(() => withWords(yaml))).toContain(message);
  });

  it.each(['a b', '1st', 'this', '_sluice_x'])('the name %j', (name) => {
    expect(refusal(() => parseInsight(`${name}.sql`, name, ''))).toContain(JSON.stringify(name));
  });
});
