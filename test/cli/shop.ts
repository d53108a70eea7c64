// A package of one dataset and one insight, small enough to see every number: sales by day and their takings.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { testTemp } from '../support/temp.ts';

export const CONTRACT = {
  name: 'shop',
  resources: [
    {
      name: 'sales',
      path: 'shop/day=*/*.csv',
      partitionBy: ['day'],
      schema: {
        fields: [
          { name: 'day', type: 'date' },
          { name: 'till', type: 'string', constraints: { required: true } },
          { name: 'amount', type: 'number', precision: 10, scale: 2 },
        ],
      },
    },
  ],
};

export const TAKINGS = `/* ---
description: What each till took in a day.
headline: true
over: sales
partitionBy: [day]
key: [till]
audits:
  - name: no_debt
    sql: SELECT * FROM this WHERE takings < 0
--- */
SELECT day, till, CAST(sum(amount) AS DECIMAL(38, 2)) AS takings FROM sales GROUP BY day, till
`;

export type Shop = {
  readonly folder: string;
  readonly landing: string;
  readonly lake: string;
  /** --landing, --lake and --schemas of this shop. */
  readonly places: readonly string[];
  /** Writes a file of sales: `till,amount` lines. */
  sell(key: string, ...lines: readonly string[]): Promise<void>;
  write(key: string, text: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Another contract, and another SQL file of the insight. */
  define(contract: object, takings: string): Promise<void>;
};

export async function makeShop(folder = testTemp()): Promise<Shop> {
  const [landing, lake, schemas] = [join(folder, 'landing'), join(folder, 'lake'), join(folder, 'schemas')];
  const define = async (contract: object, takings: string) => {
    await mkdir(join(schemas, 'shop', 'insights'), { recursive: true });
    await writeFile(join(schemas, 'shop', 'datapackage.json'), JSON.stringify(contract));
    await writeFile(join(schemas, 'shop', 'insights', 'takings.sql'), takings);
  };
  await define(CONTRACT, TAKINGS);
  await mkdir(landing);
  const write = async (key: string, text: string) => {
    await mkdir(dirname(join(landing, key)), { recursive: true });
    await writeFile(join(landing, key), text);
  };
  return {
    folder,
    landing,
    lake,
    places: ['--landing', landing, '--lake', lake, '--schemas', schemas],
    sell: (key, ...lines) => write(key, ['till,amount', ...lines, ''].join('\n')),
    write,
    define,
    remove: (key) => rm(join(landing, key)),
  };
}
