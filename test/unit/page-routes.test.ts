// An address of the page leads to the view that it was made for, whatever names and values are in it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { href, parseRoute, placeOf, type Route, titleOf } from '../../lib/page/app/routes.ts';

type Known = Exclude<Route, { view: 'unknown' }>;

/** Any characters but halves of surrogate pairs, which no address can hold. */
const text = fc.string({ unit: 'binary' }).filter((one) => !/\p{Cs}/u.test(one));
const name = text.filter((one) => one !== '');
const cell = fc.option(fc.oneof(text, fc.constantFrom('\\N', '\\\\N', '\\', '')), { nil: null });
const perhaps = (one: fc.Arbitrary<string>) => fc.option(one, { nil: null });

const known: fc.Arbitrary<Known> = fc.oneof(
  fc.constant<Known>({ view: 'today' }),
  perhaps(name).map((dataset): Known => ({ view: 'arrivals', dataset })),
  name.map((one): Known => ({ view: 'dataset', name: one })),
  name.map((one): Known => ({ view: 'insight', name: one })),
  fc
    .tuple(name, text, perhaps(text))
    .map(([one, label, source]): Known => ({ view: 'files', name: one, label, source })),
  fc.tuple(name, text).map(([one, source]): Known => ({ view: 'refused', name: one, source })),
  fc
    .tuple(name, fc.array(cell), perhaps(text), fc.dictionary(name, cell))
    .map(([one, partition, column, row]): Known => ({ view: 'receipt', name: one, partition, column, row })),
  fc
    .tuple(perhaps(name), perhaps(text), perhaps(text))
    .map(([one, from, to]): Known => ({ view: 'changes', name: one, from, to })),
  perhaps(name).map((one): Known => ({ view: 'lineage', name: one })),
  text.map((words): Known => ({ view: 'search', words })),
);

describe('the addresses of the page', () => {
  it('lead to the view that they were made for', () => {
    fc.assert(
      fc.property(known, (route) => {
        expect(parseRoute(href(route))).toEqual(route);
      }),
    );
  });

  it('are what people can read and send', () => {
    expect(href({ view: 'files', name: 'billing', label: '2024-01', source: 'a/b c.csv' })).toBe(
      '#/dataset/billing/files/2024-01?file=a%2Fb+c.csv',
    );
    expect(
      href({
        view: 'receipt',
        name: 'spend_by_month',
        partition: ['2024', null],
        column: 'credit_usage',
        row: { currency: 'EUR' },
      }),
    ).toBe('#/insight/spend_by_month/at/2024/%5CN?column=credit_usage&row.currency=EUR');
  });

  it.each(['#/insight', '#/dataset/a/b', '#/nothing/here', '#/%'])('%s is said to be none', (hash) => {
    expect(parseRoute(hash)).toEqual({ view: 'unknown' });
  });

  it('are one place while a search is typed, and others for other names', () => {
    expect(placeOf({ view: 'search', words: 'a' })).toBe(placeOf({ view: 'search', words: 'ab' }));
    expect(placeOf({ view: 'dataset', name: 'a' })).not.toBe(placeOf({ view: 'dataset', name: 'b' }));
  });

  it('have titles, without what would turn the direction of a window', () => {
    expect(titleOf({ view: 'today' })).toBe('Today · Sluice');
    expect(titleOf({ view: 'refused', name: 'billing', source: 'a\u202e.csv' })).toBe(
      'Refused rows · a\\u202e.csv · billing · Sluice',
    );
  });
});
