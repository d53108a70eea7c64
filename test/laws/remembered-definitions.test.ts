// What is remembered of definitions is never seen: whatever is edited, and whatever happens to the file, the catalogue is the one
// that is bound again, messages included.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import type { Catalog } from '../../lib/core/catalog.ts';
import { openMemory } from '../../lib/definitions/bound-file.ts';
import { type DefinitionFile, readDefinitionFiles } from '../../lib/definitions/definition-files.ts';
import { bindCatalog } from '../../lib/definitions/load-catalog.ts';
import type { SqlEngine } from '../../lib/ports.ts';
import { useTemp } from '../support/temp.ts';
import { tries } from '../support/tries.ts';

let engine: SqlEngine & { close(): void };
const file = join(useTemp(), 'deeper', 'bound.txt');
beforeAll(async () => {
  engine = await openDuckDb({ threads: 1 });
});
afterAll(() => engine.close());

const contract = (fields: readonly object[], words: object = {}) =>
  JSON.stringify({
    resources: [
      { name: 'sales', path: 'sales/day=*/*.csv', partitionBy: ['day'], schema: { fields }, ...words },
    ],
  });
const DAY = { name: 'day', type: 'date' };
const ID = { name: 'id', type: 'integer', constraints: { required: true } };
const NOTE = { name: 'note', type: 'string' };
const amount = (type: object) => ({ name: 'amount', ...type });
const DECIMAL = amount({ type: 'number', precision: 10, scale: 2 });
const DOUBLE = amount({ type: 'number', double: true });
const insight = (sql: string, words = '') => `/* ---\nover: sales\n${words}--- */\n${sql}`;

/** Each file in several texts, right and wrong ones; undefined: it is not there. */
const TEXTS: Record<string, readonly (string | undefined)[]> = {
  'sales/datapackage.json': [
    contract([DAY, ID, DECIMAL]),
    contract([DAY, ID, DOUBLE]),
    contract([DAY, ID, DECIMAL, NOTE]),
    contract([DAY, { ...ID, name: 'ids' }, DECIMAL]),
    contract([DAY, ID, DECIMAL], { partitionBy: [] }),
    contract([DAY, ID, DECIMAL], {
      mode: 'upsert',
      schema: { fields: [DAY, ID, DECIMAL], primaryKey: ['id', 'day'] },
    }),
    '{',
  ],
  'sales/insights/daily.sql': [
    insight('SELECT day, sum(amount) AS amount FROM sales GROUP BY day', 'partitionBy: [day]\n'),
    insight('SELECT day, max(amount) AS amount FROM sales GROUP BY day', 'partitionBy: [day]\n'),
    insight(
      'SELECT day, max(amount) AS amount FROM sales GROUP BY day',
      'partitionBy: [day]\nkey: [amount]\n',
    ),
    insight('SELECT day, min(amont) AS amount FROM sales GROUP BY day', 'partitionBy: [day]\n'),
    insight('SELECT day, min(amount) AS amount, FROM sales GROUP BY', 'partitionBy: [day]\n'),
    'SELECT 1',
    undefined,
  ],
  'sales/insights/newest.sql': [
    insight('SELECT * FROM sales ORDER BY id LIMIT 1'),
    insight('SELECT * FROM sales ORDER BY id, day LIMIT 1'),
    insight('SELECT * FROM sales ORDER BY ALL LIMIT 1'),
    undefined,
  ],
  'sales/insights/total.sql': [
    '/* ---\n--- */\nSELECT max(amount) AS amount FROM daily',
    '/* ---\naudits: [{column: amount, relationships: {to: newest, field: amount}}]\n--- */\nSELECT max(amount) AS amount FROM daily',
    '/* ---\n--- */\nSELECT amount FROM daily, newest',
    '/* ---\n--- */\nSELECT max(amount) AS amount FROM total',
    undefined,
  ],
};
const NAMES = Object.keys(TEXTS);

const edit = fc.constantFrom(...NAMES).chain((name) =>
  fc.record({
    name: fc.constant(name),
    text: fc.constantFrom(...(TEXTS[name] ?? [])),
    before: fc.constantFrom('nothing', 'nothing', 'nothing', 'lost', 'cut', 'flipped', 'another edition'),
  }),
);

function filesOf(texts: ReadonlyMap<string, string | undefined>): DefinitionFile[] {
  return [...texts].flatMap(([name, text]) => {
    if (text === undefined) return [];
    const kind = name.endsWith('.json') ? ('contract' as const) : ('insight' as const);
    const plain = name.slice(name.lastIndexOf('/') + 1, name.lastIndexOf('.'));
    return [{ kind, package: 'sales', name: kind === 'contract' ? 'sales' : plain, file: name, text }];
  });
}

const shown = ({ datasets, derivations, aside }: Catalog) => ({
  datasets,
  derivations,
  aside: aside.map(({ error, ...others }) => ({ ...others, lines: error.lines, place: error.place })),
});

async function happen(what: string): Promise<void> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return;
  if (what === 'lost') await rm(file);
  if (what === 'cut') await writeFile(file, bytes.subarray(0, bytes.length / 2));
  if (what === 'flipped') {
    bytes[Math.floor(bytes.length * 0.7)] = (bytes[Math.floor(bytes.length * 0.7)] ?? 0) ^ 1;
    await writeFile(file, bytes);
  }
}

test('a catalogue with a memory is the one without, after any edits and any damage', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), async (edits) => {
      const texts = new Map(NAMES.map((name) => [name, TEXTS[name]?.[0]]));
      let edition = 'first';
      for (const { name, text, before } of edits) {
        texts.set(name, text);
        if (before === 'another edition') edition += '+';
        await happen(before);
        const files = filesOf(texts);
        const [own, other] = [await openMemory(file, edition), await openMemory(file, edition)];
        const bound = shown(await bindCatalog(files, engine, own));
        expect(bound).toStrictEqual(shown(await bindCatalog(files, engine)));
        expect(shown(await bindCatalog(files, engine, other))).toStrictEqual(bound);
      }
    }),
    tries(15),
  );
});

test('what was bound once is not bound again by the next process', async () => {
  const files = filesOf(new Map(NAMES.map((name) => [name, TEXTS[name]?.[0]])));
  await rm(file, { force: true });
  const first = shown(await bindCatalog(files, engine, await openMemory(file, 'first')));
  const asked: string[] = [];
  const counting: SqlEngine = {
    memoryMb: engine.memoryMb,
    session: (work, load) =>
      engine.session(
        (session) =>
          work({
            ...session,
            run: (sql) => session.run(sql),
            rows: (sql) => {
              asked.push(sql);
              return session.rows(sql);
            },
            describe: (sql) => session.describe(sql),
            stream: (sql) => session.stream(sql),
          }),
        load,
      ),
  };
  expect(first.aside.map(({ file }) => file)).toEqual(['sales/insights/newest.sql']);
  const before = await readFile(file, 'utf8');
  expect(shown(await bindCatalog(files, counting, await openMemory(file, 'first')))).toStrictEqual(first);
  // The refused one alone is parsed again.
  expect(asked.filter((sql) => sql.includes('json_serialize_sql'))).toEqual([
    `SELECT json_serialize_sql('SELECT * FROM sales ORDER BY id LIMIT 1') AS tree`,
  ]);
  expect(await readFile(file, 'utf8')).toBe(before);
  const sales = 'sales/insights/daily.sql';
  const changed = files.map((one) => (one.file === sales ? { ...one, text: TEXTS[sales]?.[1] ?? '' } : one));
  expect(shown(await bindCatalog(changed, engine, await openMemory(file, 'first')))).not.toEqual(first);
});

test('definitions that are right and did not change ask the engine nothing', async () => {
  const files = await readDefinitionFiles('schemas');
  await rm(file, { force: true });
  const bound = shown(await bindCatalog(files, engine, await openMemory(file, 'first')));
  const none: SqlEngine = {
    memoryMb: engine.memoryMb,
    session: () => Promise.reject(new Error('the engine was asked')),
  };
  expect(shown(await bindCatalog(files, none, await openMemory(file, 'first')))).toStrictEqual(bound);
  const fewer = files.slice(0, -1);
  await expect(bindCatalog(fewer, none, await openMemory(file, 'first'))).rejects.toThrow('was asked');
  await expect(bindCatalog(files, none, await openMemory(file, 'second'))).rejects.toThrow('was asked');
});

test('a place that cannot be written is no fault', async () => {
  await writeFile(`${file}.closed`, '');
  const memory = await openMemory(join(`${file}.closed`, 'below.txt'), 'first');
  const files = filesOf(new Map(NAMES.map((name) => [name, TEXTS[name]?.[0]])));
  expect((await bindCatalog(files, engine, memory)).derivations.map(({ target }) => target.name)).toEqual([
    'daily',
    'total',
  ]);
});
