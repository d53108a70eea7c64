// The proofs whose rules are mutated.
import { ORDER_SUITE } from './order-suite.ts';

export const SUITES = [ORDER_SUITE];
