// The definitions of the lake under the page's law, each of which may be one thing or another; and their worlds.
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';
import { openWorld, type World, withPackage } from './shop-lake.ts';

/** What an author changes. */
export type Definitions = {
  /** A column of sales that was not there before: it never goes again. */
  readonly note: boolean;
  /** Whether sales takes rows of cyd. */
  readonly cyd: boolean;
  /** The SQL of daily. */
  readonly sum: 'sum' | 'max';
  /** Above it a day fails its audit. */
  readonly limit: number;
  /** Below it a day is published with a warning. */
  readonly least: number;
  readonly keyed: boolean;
  readonly newest: 'name' | 'lastModified';
  /** Words for people. */
  readonly words: string;
};
export const FIRST: Definitions = {
  note: false,
  cyd: true,
  sum: 'sum',
  limit: 50,
  least: 0,
  keyed: true,
  newest: 'lastModified',
  words: 'What was sold.',
};

function contractOf({ note, cyd, newest, words }: Definitions) {
  const customers = ['ann', 'bob', ...(cyd ? ['cyd'] : [])];
  return {
    name: 'shop',
    resources: [
      {
        name: 'sales',
        description: words,
        path: 'sales/day=*/*.csv',
        partitionBy: ['day'],
        maxRejectedRatio: 1,
        schema: {
          fields: [
            { name: 'day', type: 'date' },
            { name: 'customer', type: 'string', constraints: { enum: customers } },
            {
              name: 'amount',
              type: 'number',
              precision: 12,
              scale: 2,
              description: `${words} [EUR]`,
              constraints: { required: true },
            },
            ...(note ? [{ name: 'note', type: 'string' }] : []),
          ],
        },
      },
      {
        name: 'customers',
        path: 'customers/*.csv',
        mode: 'upsert',
        history: true,
        maxRejectedRatio: 1,
        schema: {
          fields: [
            { name: 'customer', type: 'string' },
            { name: 'city', type: 'string' },
          ],
          primaryKey: 'customer',
        },
      },
      {
        name: 'exports',
        path: 'exports/{run}/*.csv',
        mode: 'replace',
        delivery: { by: ['run'], newest },
        schema: { fields: [{ name: 'n', type: 'integer' }] },
      },
    ],
  };
}

function insightsOf({ sum, limit, least, keyed, words }: Definitions): Record<string, string> {
  const key = keyed ? 'key: [customer]\n' : '';
  const audits = `audits:\n  - {column: amount, maximum: ${limit}}\n  - {column: amount, minimum: ${least}, severity: warn}\n`;
  return {
    daily: `/* ---\ndescription: ${words}\nover: sales\npartitionBy: [day]\n${key}${audits}--- */
SELECT day, CAST(${sum}(amount) AS DECIMAL(14,2)) AS amount, customer FROM sales GROUP BY day, customer`,
    placed: `/* ---\nover: daily\npartitionBy: [day]\n--- */
SELECT day, city, amount FROM daily LEFT JOIN customers USING (customer)`,
    total: `/* ---\ndescription: ${words}\nkey: [city]\n--- */
SELECT coalesce(city, '?') AS city, CAST(sum(amount) AS DECIMAL(18,2)) AS amount FROM placed GROUP BY ALL`,
    exported: `/* ---\n--- */\nSELECT n, count(*) AS times FROM exports GROUP BY n`,
  };
}

export class PageWorlds {
  #first: Promise<World> | undefined;
  readonly #worlds = new Map<string, Promise<World>>();

  of(definitions: Definitions): Promise<World> {
    const id = JSON.stringify(definitions);
    const world = this.#worlds.get(id) ?? this.#open(definitions);
    this.#worlds.set(id, world);
    return world;
  }

  #open(definitions: Definitions): Promise<World> {
    return withPackage(contractOf(definitions), insightsOf(definitions), async (schemas) => {
      this.#first ??= openWorld(schemas);
      const first = await this.#first;
      return { ...first, catalog: await loadCatalog(schemas, first.sql) };
    });
  }

  async close(): Promise<void> {
    await (await this.#first)?.close();
  }
}

/** What each of them is otherwise. */
const OTHER: Definitions = {
  note: true,
  cyd: false,
  sum: 'max',
  limit: 2,
  least: 2,
  keyed: false,
  newest: 'name',
  words: 'Sales.',
};
export const NAMES = Object.keys(OTHER) as (keyof Definitions)[];

export function flipped(definitions: Definitions, name: keyof Definitions): Definitions {
  const isFirst = definitions[name] === FIRST[name];
  const other = { ...definitions, [name]: (isFirst ? OTHER : FIRST)[name] };
  return { ...other, note: definitions.note || other.note };
}
