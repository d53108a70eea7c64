// What Sluice reads of small files, and finds wrong with them: one engine for all of them, no lake.
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Field } from '../../lib/core/contract.ts';
import { checkDataset } from '../../lib/definitions/check-dataset.ts';
import { parseContract } from '../../lib/definitions/parse-contract.ts';
import type { DataFile } from '../../lib/ingest/accepted-rows.ts';
import {
  type Converted,
  type ConvertibleSource,
  convertSource,
  type Refused,
} from '../../lib/ingest/convert.ts';
import type { SqlSession } from '../../lib/ports.ts';
import { identifier, literal } from '../../lib/sql/quoting.ts';
import { makeTemp, removeTemp } from '../support/temp.ts';

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

/** `rows` are texts: decimals with all their digits, moments as microseconds since 1970; null if the file is refused as a whole. */
export type Reading = {
  readonly rows: readonly (readonly (string | null)[])[] | null;
  readonly refused: number;
  /** Of an archive, how many records each of its files has. */
  readonly members: Readonly<Record<string, number>> | null;
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
    const converted = await this.#session(folder, contract, convertWhole);
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

  /** The rows of a file with such a contract. */
  read(folder: string, contract: string): Promise<Reading> {
    return this.#session(folder, contract, async (session, source) => {
      const converted = await convertWhole(session, source);
      if (converted.outcome === 'rejected') return { rows: null, refused: 0, members: null };
      const { members = null } = converted;
      return {
        rows: await textRows(session, source.dataset.fields, converted.dataFiles),
        refused: converted.quarantine?.rows ?? 0,
        members: members && Object.fromEntries(members.map(({ name, rows }) => [name, rows])),
      };
    });
  }

  async #session<T>(
    folder: string,
    contract: string,
    work: (session: SqlSession, source: ConvertibleSource) => Promise<T>,
  ): Promise<T> {
    const [dataset] = parseContract(join(folder, 'contract.json'), 'case', contract);
    if (!dataset) throw new Error(`${folder}: the contract has no resource`);
    const scratch = await mkdtemp(join(this.#scratch, 'case-'));
    return this.#engine.session(async (session) => {
      await checkDataset(session, dataset);
      return work(session, { dataset, key: dataset.path, path: join(folder, dataset.path), scratch });
    });
  }
}

function convertWhole(session: SqlSession, source: ConvertibleSource): Promise<Converted | Refused> {
  return convertSource(session, source, { maxExamples: Number.MAX_SAFE_INTEGER });
}

async function textRows(
  session: SqlSession,
  fields: readonly Field[],
  files: readonly DataFile[],
): Promise<(string | null)[][]> {
  const texts = fields.map(({ name, type }, i) => {
    const value = type === 'datetime' ? `epoch_us(${identifier(name)})` : identifier(name);
    return `CAST(${value} AS VARCHAR) AS c${i}`;
  });
  const found: (string | null)[][] = [];
  for (const { path } of files) {
    const rows = await session.rows(`SELECT ${texts.join(', ')} FROM read_parquet(${literal(path)})`);
    found.push(...rows.map((row) => fields.map((_, i) => (row[`c${i}`] ?? null) as string | null)));
  }
  return found;
}
