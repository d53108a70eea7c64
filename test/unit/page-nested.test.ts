// Lists and structs on the page: the rows show them as JSON, whatever they hold is a text, and nothing is drawn of them.
import { expect, test } from 'vitest';
import type { ChangeDocument } from '../../lib/page/insight-documents.ts';
import { openPageLake, rowsShown } from '../support/page-lake.ts';
import { salesByDay } from '../support/sales-by-day.ts';

const HOSTILE = `</script><img src=x onerror=alert(1)>'"&`;
const contract = {
  name: 'shop',
  resources: [
    salesByDay([
      { name: 'till', type: 'string' },
      { name: 'amount', type: 'number', precision: 38, scale: 2 },
    ]),
  ],
};
const INSIGHTS = {
  tills: `/* ---
partitionBy: [day]
key: [tills]
--- */
SELECT day, list(DISTINCT till ORDER BY till) AS tills, {'total <b>': sum(amount), 'of': list(amount ORDER BY amount)} AS taken,
  count(*) AS n
FROM sales GROUP BY day
`,
};

test('an insight of lists and structs', async () => {
  const page = await openPageLake(contract, INSIGHTS);
  try {
    const quoted = `"${HOSTILE.replaceAll('"', '""')}"`;
    await page.put('sales/day=2024-01-01/a.csv', 'till,amount', 'b,9007199254740993.10', `${quoted},1`);
    await page.sync();
    await page.put('sales/day=2024-01-01/a.csv', 'till,amount', 'b,2', `${quoted},1`);
    await page.sync();
    const written = await page.write();
    const text = JSON.stringify(HOSTILE);
    const row = (total: string, most: string, n = '2') => [
      '2024-01-01',
      `[${text},"b"]`,
      `{"total <b>":${total},"of":[1.00,${most}]}`,
      n,
    ];
    expect(await rowsShown(written, 'tills')).toEqual([row('3.00', '2.00')]);
    const insight = await written.insight('tills');
    expect(insight.columns.map(({ name, type, isNumber }) => [name, type, isNumber])).toEqual([
      ['day', 'date', false],
      ['tills', 'array<string>', false],
      ['taken', 'struct<"total <b>":decimal(38,2),of:array<decimal(38,2)>>', false],
      ['n', 'long', true],
    ]);
    expect(insight.chart).toEqual({ kind: 'line', x: ['day'], measures: ['n'], colour: null });
    const change = await written.document<ChangeDocument>(insight.changes[0]?.change);
    expect(change.rows).toEqual([
      {
        change: 'changed',
        old: row('9007199254740994.10', '9007199254740993.10'),
        new: row('3.00', '2.00'),
      },
    ]);
    expect(change.totals).toEqual([{ column: 'n', old: '2', new: '2' }]);
  } finally {
    await page.world.close();
  }
});
