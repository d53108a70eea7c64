// Random histories of a lake under its page: files, definitions, settlements, syncs and vacuums in any order.
import fc from 'fast-check';
import { type Definitions, NAMES } from './page-definitions.ts';

const customer = fc.constantFrom('ann', 'bob', 'cyd');
const sale = fc.tuple(customer, fc.constantFrom('1.00', '2.50', '-3.00', '60.00', 'x'));
/** Null: the file lacks a column, and is refused as a whole. */
const sales = fc.option(fc.array(sale, { maxLength: 3 }), { freq: 3 });
export const SALES_KEYS = [
  'sales/day=2024-01-01/a.csv',
  'sales/day=2024-01-01/b.csv',
  'sales/day=2024-02-01/a.csv',
];
/** Refused rows are there from the beginning. */
const REFUSED = 'sales/day=2024-01-01/b.csv';
const lines = (...all: readonly string[]) => [...all, ''].join('\n');
const textOf = (rows: readonly (readonly string[])[] | null) =>
  rows === null ? 'customer,price\nann,1\n' : lines('customer,amount', ...rows.map((row) => row.join()));

export type PageStep =
  | { readonly kind: 'put'; readonly key: string; readonly text: string }
  | { readonly kind: 'delete' | 'event' | 'settle'; readonly nth: number }
  | { readonly kind: 'define'; readonly name: keyof Definitions }
  | { readonly kind: 'sync' }
  | { readonly kind: 'vacuum' }
  | { readonly kind: 'pass'; readonly hours: number };

const putOf = (key: fc.Arbitrary<string>, text: fc.Arbitrary<string>): fc.Arbitrary<PageStep> =>
  fc.record({ kind: fc.constant('put' as const), key, text });
const anyPut = fc.oneof(
  { weight: 5, arbitrary: putOf(fc.constantFrom(...SALES_KEYS, REFUSED, REFUSED), sales.map(textOf)) },
  {
    weight: 1,
    arbitrary: putOf(
      fc.constantFrom('customers/1.csv', 'customers/2.csv'),
      fc.tuple(customer, fc.constantFrom('Rome', 'Oslo')).map((row) => lines('customer,city', row.join())),
    ),
  },
  {
    weight: 2,
    arbitrary: putOf(
      fc.constantFrom('exports/run-1/a.csv', 'exports/run-2/a.csv', 'exports/run-2/b.csv'),
      fc.array(fc.nat(2), { maxLength: 3 }).map((rows) => lines('n', ...rows.map(String))),
    ),
  },
);
const nthOf = (kind: 'delete' | 'event' | 'settle') =>
  fc.record({ kind: fc.constant(kind), nth: fc.nat(30) });
const step: fc.Arbitrary<PageStep> = fc.oneof(
  { weight: 8, arbitrary: anyPut },
  { weight: 4, arbitrary: nthOf('delete') },
  { weight: 1, arbitrary: nthOf('event') },
  { weight: 3, arbitrary: nthOf('settle') },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('define' as const), name: fc.constantFrom(...NAMES) }),
  },
  { weight: 5, arbitrary: fc.constant({ kind: 'sync' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'vacuum' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), hours: fc.constantFrom(2, 30) }) },
);

/** A lake in which there is something. */
const BEGINNING: readonly PageStep[] = [
  { kind: 'put', key: 'customers/1.csv', text: 'customer,city\nann,Rome\nbob,Oslo\n' },
  ...SALES_KEYS.map((key): PageStep => ({ kind: 'put', key, text: textOf([['ann', '2.50']]) })),
  { kind: 'put', key: 'exports/run-1/a.csv', text: 'n\n1\n' },
  { kind: 'put', key: 'exports/run-2/b.csv', text: 'n\n2\n2\n' },
  { kind: 'sync' },
  {
    kind: 'put',
    key: 'sales/day=2024-01-01/b.csv',
    text: textOf([
      ['bob', '1.00'],
      ['ann', 'x'],
    ]),
  },
  { kind: 'put', key: 'sales/day=2024-02-01/a.csv', text: textOf(null) },
  { kind: 'sync' },
];
/** What seldom happens by chance: files and words that change one by one, with the page between. */
export const NAMED_HISTORY: readonly PageStep[] = [
  ...BEGINNING,
  { kind: 'define', name: 'words' },
  // The rows that b.csv had are settled, and what comes in their place is refused as a whole.
  { kind: 'settle', nth: 0 },
  { kind: 'put', key: REFUSED, text: textOf(null) },
  { kind: 'sync' },
  { kind: 'put', key: REFUSED, text: textOf([['bob', 'x']]) },
  { kind: 'sync' },
  { kind: 'put', key: REFUSED, text: textOf([['ann', 'x']]) },
  { kind: 'sync' },
  // The newest delivery is another one by its name than by its time.
  { kind: 'put', key: 'exports/run-1/a.csv', text: 'n\n1\n' },
  { kind: 'sync' },
  { kind: 'define', name: 'newest' },
  { kind: 'sync' },
  { kind: 'delete', nth: 0 },
  { kind: 'sync' },
];

export const pageHistory = fc.record({
  /** As in S3: equal bytes have equal ETags. */
  tagsContent: fc.boolean(),
  steps: fc
    .array(step, { minLength: 12, maxLength: 24, size: 'max' })
    .map((steps): readonly PageStep[] => [...BEGINNING, ...steps]),
});
