// A lake of sales, owners with a history, and insights on them, over which the page is written: what the tests of its insights share.
import { afterEach, beforeEach } from 'vitest';
import type { PagePartitionReceipt, ReceiptsDocument } from '../../lib/page/insight-documents.ts';
import { openPageLake, type PageLake, type WrittenPage } from './page-lake.ts';
import { salesByDay } from './sales-by-day.ts';

/** By day, till and amount. */
export const SALES = salesByDay([
  { name: 'till', type: 'string' },
  { name: 'amount', type: 'number', precision: 30, scale: 2 },
]);
const CONTRACT = {
  name: 'shop',
  resources: [
    SALES,
    {
      name: 'owners',
      path: 'owners/*.csv',
      mode: 'upsert',
      history: true,
      schema: {
        primaryKey: ['till'],
        fields: [
          { name: 'till', type: 'string', constraints: { required: true } },
          { name: 'owner', type: 'string' },
        ],
      },
    },
  ],
};
const TAKINGS = `/* ---
description: What each till took.
headline: true
over: sales
partitionBy: [day]
key: [till]
audits:
  - name: no_debt
    sql: SELECT * FROM this WHERE takings < 0
  - name: small
    severity: warn
    sql: SELECT * FROM this WHERE takings BETWEEN 1000000 AND 3000000
columns:
  takings: What it took, net [EUR].
--- */
SELECT day, till, CAST(sum(amount) AS DECIMAL(38, 2)) AS takings, count(*) AS sales FROM sales GROUP BY ALL
`;
const OWNER_TAKINGS = `/* ---
over: takings
partitionBy: [day]
key: [owner]
chart: {kind: bar, x: owner}
--- */
SELECT day, coalesce(owner, '?') AS owner, CAST(sum(takings) AS DECIMAL(38, 2)) AS takings
FROM takings LEFT JOIN owners USING (till) GROUP BY ALL
`;
const TOTAL = `/* ---
chart: false
--- */
SELECT CAST(sum(takings) AS DECIMAL(38, 2)) AS takings FROM takings
`;

export const [A, A2, B] = [
  'sales/day=2024-01-01/a.csv',
  'sales/day=2024-01-01/a2.csv',
  'sales/day=2024-01-02/b.csv',
];
export const HEADER = 'till,amount';

/** Each test's own. */
export let shop: PageLake;

/** To be called where the file's tests stand: each has a lake of its own, which is closed after it. */
export function useTakingsPage(): void {
  beforeEach(async () => {
    shop = await openPageLake(CONTRACT, { takings: TAKINGS, owner_takings: OWNER_TAKINGS, total: TOTAL });
    await shop.put(A, HEADER, 'north,1.50', 'north,2.25', 'south,4');
    await shop.put(A2, HEADER, 'south,1');
    await shop.put(B, HEADER, 'north,9007199254740993.07');
    await shop.put('owners/1.csv', 'till,owner', 'north,Ann', 'south,Bob');
    await shop.sync();
  });
  afterEach(() => shop.world.close());
}

export async function receipts(page: WrittenPage, name: string): Promise<PagePartitionReceipt[]> {
  const { parts } = await page.insight(name);
  return (await Promise.all(parts.map((part) => page.document<ReceiptsDocument>(part.receipts)))).flatMap(
    (one) => one.receipts,
  );
}
