// The benches with the definitions that they need of the package billing.
import { join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';
import type { Bench } from './bench.ts';
import { benches } from './benches.ts';
import { growthBenches } from './growth-benches.ts';
import { mergeBenches } from './merge-benches.ts';
import { peerBenches } from './peers/peer-benches.ts';
import { scaleBenches } from './scale-benches.ts';
import { sparkBenches } from './spark-benches.ts';

export async function loadBenches(): Promise<Bench[]> {
  const engine = await openDuckDb();
  try {
    const catalog = await loadCatalog(join(import.meta.dirname, '../../schemas'), engine);
    const dataset = catalog.datasets.find(({ name }) => name === 'billing');
    if (dataset === undefined) throw new Error('schemas/ has no dataset billing');
    // Plain tools have the billing rows alone: no exchange rates.
    const insights = catalog.derivations.filter(
      ({ file, inputs }) =>
        file.includes('billing/insights') && !inputs.some(({ name }) => name === 'exchange_rates'),
    );
    return [
      ...benches(dataset, insights),
      ...scaleBenches(),
      ...mergeBenches(dataset),
      ...growthBenches(),
      ...sparkBenches(),
      ...peerBenches(dataset, insights),
    ];
  } finally {
    engine.close();
  }
}
