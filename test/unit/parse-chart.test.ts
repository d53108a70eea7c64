// `chart:` in an insight's front matter: its words, and what is said of wrong ones.
import { describe, expect, it } from 'vitest';
import { bindChart } from '../../lib/definitions/parse-chart.ts';
import { parseInsight } from '../../lib/definitions/parse-insight.ts';
import { Place } from '../../lib/definitions/place.ts';
import { openPackage } from '../support/shop-lake.ts';
import { refusal } from './refusal.ts';

const chartOf = (yaml: string) =>
  parseInsight('insights/daily.sql', 'daily', `/* ---\nchart: ${yaml}\n--- */\nSELECT 1 AS a`).chart;

describe('chart', () => {
  it('takes one column or several', () => {
    expect(chartOf('false')).toBe(false);
    expect(chartOf('{kind: line, x: day, y: [net, gross], colour: region}')).toEqual({
      kind: 'line',
      x: ['day'],
      y: ['net', 'gross'],
      colour: 'region',
    });
    expect(chartOf('{x: [year, month], colour: false}')).toEqual({ x: ['year', 'month'], colour: false });
  });

  it.each([
    ['true', 'insights/daily.sql, line 2, chart: it must be false, or columns to draw'],
    ['{}', 'it must be false, or columns to draw'],
    ['pie', 'it must be false, or columns to draw'],
    ['{color: a}', 'chart.color: "color" is not a property of a chart. Did you mean "colour"?'],
    ['{kind: pie}', 'chart.kind: "pie" is not a kind of chart: write line or bar'],
    ['{x: []}', 'chart.x: it must be the name of a column, or a list of them'],
    ['{y: 5}', 'chart.y: it must be the name of a column, or a list of them'],
    ['{y: [a, b, c, d]}', 'chart.y: it names 4 columns, but a chart draws at most 3: remove some'],
    ['{y: [a, a]}', 'chart.y: "a" is listed twice: remove one'],
    ['{colour: true}', 'chart.colour: it must be the name of a column, or false for one colour'],
  ])('refuses %s', (yaml, message) => {
    expect(refusal(() => chartOf(yaml))).toContain(message);
  });

  const columns = [
    { name: 'day', type: 'date' },
    { name: 'net', type: 'decimal(18,2)' },
    { name: 'region', type: 'string' },
    { name: 'tags', type: 'array<string>' },
  ] as const;

  it.each([
    [
      { x: ['dya'] },
      'the SELECT returns no column "dya". Did you mean "day"? It returns day, net, region, tags',
    ],
    [{ y: ['region'] }, '"y" names region, which is of type string, and only numbers can be drawn'],
    [{ x: ['tags'] }, 'it names tags, which is of type array<string>, and lists and structs are not drawn'],
    [{ colour: 'tags' }, 'it names tags, which is of type array<string>'],
    [{ y: ['tags'] }, '"y" names tags, which is of type array<string>, and only numbers can be drawn'],
    [{ x: ['day'], colour: 'day' }, 'day is named twice, and a column can be one of x, y and colour'],
  ])('refuses columns that cannot be drawn: %j', (words, message) => {
    expect(refusal(() => bindChart(words, columns, new Place('a.sql', 'line 2, chart')))).toContain(message);
  });

  it('comes with the definition and does not change its hash', async () => {
    const contract = {
      name: 'shop',
      resources: [
        { name: 'sales', path: 'sales/*.csv', schema: { fields: [{ name: 'amount', type: 'integer' }] } },
      ],
    };
    const sql = 'SELECT sum(amount)::BIGINT AS amount FROM sales';
    const world = await openPackage(contract, {
      plain: `/* ---\ndescription: a\n--- */\n${sql}`,
      drawn: `/* ---\nchart: {y: amount}\n--- */\n${sql}`,
    });
    try {
      const [plain, drawn] = ['plain', 'drawn'].map((name) =>
        world.catalog.derivations.find(({ target }) => target.name === name),
      );
      expect([plain?.chart, drawn?.chart]).toEqual([undefined, { y: ['amount'] }]);
      expect(drawn?.hash).toBe(plain?.hash);
      const wrong = { wrong: `/* ---\nchart: {y: amuont}\n--- */\n${sql}` };
      await expect(openPackage(contract, wrong)).rejects.toThrow(/wrong\.sql, line 2, chart: .*"amuont"/);
    } finally {
      await world.close();
    }
  });
});
