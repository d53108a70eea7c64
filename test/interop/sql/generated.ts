// The data and the queries of a suite, as its generator makes them: a package of contracts and insights of them, the files of
// each state, and what plain DuckDB answers. Of the suite itself nothing is known here.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../../lib/ports.ts';
import type { Package } from '../../support/shop-lake.ts';
import { askPython } from '../python.ts';

export type Suite = 'tpch' | 'tpcds';
/** In the second one a file was replaced, one was deleted, and a late one has come. */
export type State = 'first' | 'second';
/** The mode of all contracts; `upsert` with the tables' primary keys. */
export type Mode = 'append' | 'upsert';

export type Generated = {
  readonly suite: Suite;
  readonly folder: string;
  readonly tables: readonly GeneratedTable[];
  readonly queries: readonly { readonly number: number; readonly sql: string }[];
};

type GeneratedTable = {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly required: boolean }[];
  readonly key: readonly string[];
};

const SCRIPT = join(import.meta.dirname, 'generator.py');

/** Its files are below `folder`. */
export async function generate(suite: Suite, folder: string): Promise<Generated> {
  const made = (await askPython(SCRIPT, { make: suite, folder })) as Pick<Generated, 'tables' | 'queries'>;
  return { suite, folder, ...made };
}

export function contracts({ suite, tables }: Generated, mode: Mode): Package {
  return {
    name: suite,
    resources: tables.map(({ name, columns, key }) => ({
      name,
      path: `${name}/*.csv`,
      mode,
      schema: {
        missingValues: ['\\N'],
        fields: columns.map((column) => ({
          name: column.name,
          ...fieldType(column.type),
          ...(column.required ? { constraints: { required: true } } : {}),
        })),
        ...(mode === 'upsert' ? { primaryKey: key } : {}),
      },
    })),
  };
}

function fieldType(type: string): object {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined) return { type: 'number', precision: Number(precision), scale: Number(scale) };
  const words: Record<string, string> = {
    VARCHAR: 'string',
    DATE: 'date',
    BIGINT: 'integer',
    INTEGER: 'integer',
  };
  const word = words[type];
  if (word === undefined) throw new Error(`the generator has a type without a field: ${type}`);
  return { type: word };
}

/** The texts of the insights, each query as it stands. */
export function insights({ queries }: Generated): Record<string, string> {
  return Object.fromEntries(queries.map(({ number, sql }) => [insightName(number), asInsight(sql)]));
}

export function insightName(number: number): string {
  return `q${String(number).padStart(2, '0')}`;
}

export function asInsight(sql: string): string {
  return `/* ---\ndescription: A query.\n--- */\n${sql}\n`;
}

/** Brings landing to that state. */
export async function land({ folder, tables }: Generated, state: State, landing: ObjectStore): Promise<void> {
  const wanted = new Map<string, Uint8Array>();
  for (const { name } of tables)
    for (const file of await readdir(join(folder, state, name)))
      wanted.set(`${name}/${file}`, await readFile(join(folder, state, name, file)));
  const there: string[] = [];
  for await (const { key } of landing.list('')) there.push(key);
  await landing.remove(there.filter((key) => !wanted.has(key)));
  for (const [key, bytes] of wanted) {
    const before = there.includes(key) ? await landing.read(key) : undefined;
    if (before === undefined || Buffer.compare(before, bytes) !== 0) await landing.write(key, bytes);
  }
}

/** Plain DuckDB's rows of each query over that state, as texts, sorted. `shuffled`: its tables' rows come in another order. */
export async function answers(
  { suite, folder, queries }: Generated,
  state: State,
  numbers: readonly number[],
  shuffled = false,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const asked = Object.fromEntries(queries.map(({ number, sql }) => [number, sql]));
  const texts = numbers.map((number) => [number, asked[number]]);
  const found = await askPython(SCRIPT, { answer: suite, folder, state, queries: texts, shuffled });
  return new Map(Object.entries(found as Record<string, string[]>).map(([key, rows]) => [Number(key), rows]));
}
