// The proofs whose rules are mutated.
import type { Suite } from './hunt.ts';
import { ORDER_SUITE } from './order-suite.ts';

export const SUITES: readonly Suite[] = [ORDER_SUITE];
