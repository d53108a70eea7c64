// The kinds of random SELECTs that the law of determinism is tried on, and how often each is.
import type fc from 'fast-check';
import { aroundSelect } from './random-around.ts';
import { callSelect } from './random-calls.ts';
import { chainSelect } from './random-chain.ts';
import type { Keyed } from './random-choice.ts';
import { factSelect } from './random-facts.ts';
import { itemSelect } from './random-items.ts';
import { keyedSelect } from './random-keyed.ts';
import { mergeSelect } from './random-merges.ts';
import { nearSelect } from './random-near.ts';
import { numberedSelect } from './random-numbered.ts';
import { oneRowSelect } from './random-one-row.ts';
import { outerSelect } from './random-outer.ts';
import { select } from './random-select.ts';
import { starSelect } from './random-stars.ts';
import { tiedSelect } from './random-ties.ts';

/** `name` is to be read after "random SELECTs". */
export type OrderKind = {
  readonly name: string;
  readonly times: number;
  readonly selects: fc.Arbitrary<Keyed>;
};

const plain = (selects: fc.Arbitrary<string>) => selects.map((sql): Keyed => ({ sql, unties: [] }));

export const ORDER_KINDS: readonly OrderKind[] = [
  { name: 'of one table or two', times: 400, selects: plain(select) },
  { name: 'with a LIMIT over what may have one row', times: 450, selects: plain(oneRowSelect) },
  { name: 'of keys and of what they decide', times: 600, selects: keyedSelect },
  { name: 'of outer joins, ROLLUP and UNION', times: 500, selects: outerSelect },
  { name: 'of chains of joins', times: 900, selects: chainSelect },
  { name: 'of what joins merge, find and leave out', times: 900, selects: mergeSelect },
  { name: 'of what is known of expressions', times: 800, selects: factSelect },
  { name: 'of names and subqueries', times: 900, selects: aroundSelect },
  { name: 'of calls that take rows in an order', times: 900, selects: callSelect },
  { name: 'of what an item is in the rows returned', times: 900, selects: itemSelect },
  { name: 'of numbered rows', times: 500, selects: numberedSelect },
  { name: 'of stars that leave out and replace', times: 500, selects: starSelect },
  { name: 'of what nearly has a key', times: 1500, selects: nearSelect },
  { name: 'of what ties but for something', times: 1200, selects: tiedSelect },
];
