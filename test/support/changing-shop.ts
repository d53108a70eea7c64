// One dataset whose contract changes, and an insight over it: the definitions of the tests of contract histories.
import { landingTable } from '../../lib/core/catalog.ts';
import { tablePrefix } from '../../lib/core/insight.ts';
import { sqlType } from '../../lib/core/schema.ts';
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';
import { objectKey } from '../../lib/delta/partitions.ts';
import { parseSchema } from '../../lib/delta/schema.ts';
import { openWorld, type Package, type TestLake, type World, withPackage } from './shop-lake.ts';

export type ShopContract = {
  readonly idType: object;
  readonly precision: number;
  readonly scale: number;
  readonly colours: readonly string[];
  readonly withNote: boolean;
  readonly byDay: boolean;
  readonly upsert: boolean;
};

export const PLAIN: ShopContract = {
  idType: { type: 'integer' },
  precision: 10,
  scale: 2,
  colours: ['red', 'blue'],
  withNote: false,
  byDay: true,
  upsert: false,
};

const SQL = `/* ---
description: Sums of a colour.
over: sales
key: [colour]
--- */
SELECT colour, count(*) AS sales, sum(amount) AS amount FROM sales GROUP BY colour`;

function datapackage({ idType, precision, scale, colours, withNote, byDay, upsert }: ShopContract): Package {
  const fields = [
    { name: 'day', type: 'date', constraints: { required: true } },
    { name: 'id', ...idType, constraints: { required: true } },
    { name: 'amount', type: 'number', precision, scale },
    { name: 'colour', type: 'string', constraints: { required: true, enum: colours } },
    ...(withNote ? [{ name: 'note', type: 'string' }] : []),
  ];
  const resource = {
    name: 'sales',
    path: 'sales/day=*/*.csv',
    format: 'csv',
    partitionBy: byDay ? ['day'] : [],
    mode: upsert ? 'upsert' : 'append',
    // A file of which no row is left would keep its old rows: history, which a clean run does not know.
    maxRejectedRatio: 1,
    schema: { fields, ...(upsert ? { primaryKey: ['day', 'id'] } : {}) },
  };
  return { name: 'shop', resources: [resource] };
}

/** Worlds by contract, on one engine; `close` ends them all. */
export class ShopWorlds {
  #first: Promise<World> | undefined;
  readonly #worlds = new Map<string, Promise<World>>();

  of(contract: ShopContract): Promise<World> {
    const id = JSON.stringify(contract);
    const world = this.#worlds.get(id) ?? this.#open(contract);
    this.#worlds.set(id, world);
    return world;
  }

  #open(contract: ShopContract): Promise<World> {
    return withPackage(datapackage(contract), { colours: SQL }, async (schemas) => {
      this.#first ??= openWorld(schemas);
      const first = await this.#first;
      return { ...first, catalog: await loadCatalog(schemas, first.sql) };
    });
  }

  async close(): Promise<void> {
    await (await this.#first)?.close();
  }
}

/** Columns whose type in some live data file is not the schema's: readers of Delta tables would fail there. */
export async function misfits({ effects }: TestLake): Promise<string[]> {
  const found: string[] = [];
  for (const dataset of effects.catalog.datasets) {
    const prefix = tablePrefix(landingTable(dataset));
    const snapshot = await effects.tables.latest(prefix);
    const types = new Map(
      parseSchema(snapshot?.metadata.schemaString ?? '').map(({ name, type }) => [name, sqlType(type)]),
    );
    for (const { path } of snapshot?.files.values() ?? []) {
      const file = await effects.lake.download(objectKey(prefix, path));
      if (file === undefined) throw new Error(`${path} is gone`);
      const columns = await effects.sql.session((session) =>
        session.describe(`SELECT * FROM read_parquet('${file.path}', hive_partitioning = false)`),
      );
      for (const { name, type } of columns)
        if (types.get(name) !== type) found.push(`${path}: ${name} is ${type}, not ${types.get(name)}`);
      await file.release();
    }
  }
  return found;
}
