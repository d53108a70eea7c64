// The proofs whose rules are mutated.
import { DIVISIBLE_SUITE } from './divisible-suite.ts';
import type { Suite } from './hunt.ts';
import { JOINS_SUITE } from './joins-suite.ts';
import { ORDER_SUITE } from './order-suite.ts';
import { VALUES_SUITE } from './values-suite.ts';

export const SUITES: readonly Suite[] = [ORDER_SUITE, JOINS_SUITE, VALUES_SUITE, DIVISIBLE_SUITE];
