// What Sluice finds wrong with small files: one engine for all of them, no lake.
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../../../lib/adapters/duckdb.ts';
import type { Dataset } from '../../../lib/core/contract.ts';
import { checkDataset } from '../../../lib/definitions/check-dataset.ts';
import { parseContract } from '../../../lib/definitions/parse-contract.ts';
import { convertSource } from '../../../lib/ingest/convert.ts';
import { makeTemp, removeTemp } from '../../support/temp.ts';

/** `field` is '' where the record as a whole is meant. */
export type Found = {
  readonly line: number;
  readonly field: string;
  readonly rule: string;
  readonly value: string | null;
};

export type Outcome = {
  readonly rows: number;
  readonly accepted: number;
  /** Why the file as a whole is refused. */
  readonly refused?: { readonly rule: string; readonly value: string | null };
  readonly violations: readonly Found[];
};

export class Sluice {
  readonly #engine: Awaited<ReturnType<typeof openDuckDb>>;
  readonly #scratch: string;

  private constructor(engine: Awaited<ReturnType<typeof openDuckDb>>, scratch: string) {
    this.#engine = engine;
    this.#scratch = scratch;
  }

  static async open(): Promise<Sluice> {
    const scratch = makeTemp();
    return new Sluice(await openDuckDb({ threads: 1, tempDirectory: join(scratch, 'spill') }), scratch);
  }

  async close(): Promise<void> {
    this.#engine.close();
    await removeTemp(this.#scratch);
  }

  /** `contract`: the text of a package whose one resource has the file as its path. */
  async validate(folder: string, contract: string): Promise<Outcome> {
    const [dataset] = parseContract(join(folder, 'contract.json'), 'case', contract);
    if (!dataset) throw new Error(`${folder}: the contract has no resource`);
    const scratch = await mkdtemp(join(this.#scratch, 'case-'));
    const converted = await this.#convert(dataset, join(folder, dataset.path), scratch);
    const violations = (converted.quarantine?.examples ?? []).map(({ line, field, rule, value }) => {
      if (line === null) throw new Error(`${folder}: a violation without its line`);
      return { line, field, rule, value };
    });
    if (converted.outcome === 'accepted')
      return { rows: converted.rows, accepted: converted.acceptedRows, violations };
    const { rule, value } = converted.violation;
    // To the validator a file without a valid row is that many wrong rows.
    if (rule === 'no-valid-rows') return { rows: converted.rows ?? 0, accepted: 0, violations };
    return { rows: converted.rows ?? 0, accepted: 0, refused: { rule, value }, violations };
  }

  #convert(dataset: Dataset, path: string, scratch: string) {
    return this.#engine.session(async (session) => {
      await checkDataset(session, dataset);
      const source = { dataset, key: dataset.path, path, scratch };
      return convertSource(session, source, { maxExamples: Number.MAX_SAFE_INTEGER });
    });
  }
}
