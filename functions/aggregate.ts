// Recomputes the insights that messages of the refresh queue name.
import { aggregateHandler } from '../lib/aws/aggregate-handler.ts';

export const handler = aggregateHandler(import.meta.dirname);
