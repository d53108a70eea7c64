// Random histories of the shop's landing folder, and what the insights must be, computed without Sluice or SQL.
import fc from 'fast-check';

export type SaleCell = { readonly id: number; readonly customer: string; readonly amount: string };
export type Step =
  | { readonly kind: 'put'; readonly key: string; readonly text: string; readonly tick: boolean }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'event'; readonly key: string }
  | { readonly kind: 'settle' }
  /** Small data files are merged, so many sources into one. */
  | { readonly kind: 'compact'; readonly mostSources: number }
  | { readonly kind: 'refresh'; readonly target: number };

const SALES_KEYS = [
  'sales/day=2024-01-01/a.csv',
  'sales/day=2024-01-01/b c+d.csv',
  'sales/day=2024-01-01/e.csv',
  'sales/day=2024-01-02/a.csv',
  'sales/day=2024-02-01/é.csv',
];
const CUSTOMER_KEYS = ['customers/1.csv', 'customers/2.csv'];
const TARGET_KEYS = ['targets/1.csv', 'targets/2.csv'];
export const KEYS = [...SALES_KEYS, ...CUSTOMER_KEYS, ...TARGET_KEYS];

const customer = fc.constantFrom('ann', 'bob', 'cyd');
/** Some amounts are no decimals with two digits: those rows are quarantined. */
const amount = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -500, max: 99999 }).map((cents) => (cents / 100).toFixed(2)) },
  { weight: 1, arbitrary: fc.constantFrom('1.234', 'x', '') },
);
const sale = fc.record({ id: fc.nat(5), customer, amount });
const city = fc.constantFrom('Rome', 'Oslo', '');

const sales = fc
  .array(sale, { maxLength: 4 })
  .map((rows) => ['id,customer,amount', ...rows.map((r) => `${r.id},${r.customer},${r.amount}`)].join('\n'));
const customers = fc
  .uniqueArray(fc.tuple(customer, city), { selector: ([name]) => name, maxLength: 3 })
  .map((rows) => ['customer,city', ...rows.map((row) => row.join(','))].join('\n'));
const targets = fc
  .uniqueArray(fc.tuple(fc.constantFrom('Rome', 'Oslo'), fc.nat(9)), {
    selector: ([name]) => name,
    maxLength: 2,
  })
  .map((rows) => ['city,target', ...rows.map((row) => row.join(','))].join('\n'));

function putOf(keys: readonly string[], text: fc.Arbitrary<string>): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('put' as const),
    key: fc.constantFrom(...keys),
    text,
    tick: fc.boolean(),
  });
}

export const compaction: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('compact' as const),
  mostSources: fc.constantFrom(2, 4, 1000),
});
const anyKey = fc.constantFrom(...KEYS);
export const firstFile: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: putOf(SALES_KEYS, sales) },
  { weight: 2, arbitrary: putOf(CUSTOMER_KEYS, customers) },
  { weight: 1, arbitrary: putOf(TARGET_KEYS, targets) },
);
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 7, arbitrary: firstFile },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key: anyKey }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('event' as const), key: anyKey }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'settle' as const }) },
  { weight: 4, arbitrary: compaction },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('refresh' as const), target: fc.nat(20) }) },
);
export const history: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 5, maxLength: 24, size: 'max' });

export type Present = { readonly key: string; readonly text: string; readonly lastModifiedMs: number };

/** sales_daily and city_totals for a final landing, amounts in cents. */
export function expectedInsights(present: readonly Present[]): { daily: unknown[]; totals: unknown[] } {
  const cells = (file: Present) =>
    file.text
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
  const under = (folder: string) => present.filter((file) => file.key.startsWith(folder));
  const byAge = (files: Present[]) =>
    [...files].sort((a, b) => a.lastModifiedMs - b.lastModifiedMs || (a.key < b.key ? -1 : 1));

  const daily = new Map<string, { day: string; customer: string; sales: number; cents: number }>();
  for (const file of under('sales/')) {
    const day = file.key.slice('sales/day='.length).slice(0, 10);
    for (const [, name = '', text = ''] of cells(file)) {
      if (!/^-?\d+\.\d\d$/.test(text)) continue;
      const entry = daily.get(`${day} ${name}`) ?? { day, customer: name, sales: 0, cents: 0 };
      daily.set(`${day} ${name}`, {
        ...entry,
        sales: entry.sales + 1,
        cents: entry.cents + Math.round(Number(text) * 100),
      });
    }
  }
  const cityOf = new Map<string, string>();
  for (const file of byAge(under('customers/')))
    for (const [name = '', place = ''] of cells(file)) cityOf.set(name, place);
  const targetOf = new Map<string, string>();
  for (const [place = '', target = ''] of byAge(under('targets/')).slice(-1).flatMap(cells))
    targetOf.set(place, target);
  const totals = new Map<string, number>();
  for (const { customer: name, cents } of daily.values()) {
    const place = cityOf.get(name) || '?';
    totals.set(place, (totals.get(place) ?? 0) + cents);
  }
  const sorted = (rows: unknown[][]) => rows.map((row) => row.join(' ')).sort();
  return {
    daily: sorted([...daily.values()].map((d) => [d.day, d.customer, d.sales, d.cents])),
    totals: sorted([...totals].map(([place, cents]) => [place, cents, Number(targetOf.get(place) ?? -1)])),
  };
}
