// What the engine lets SQL reach: every function that it has, with files that lie outside of the folders it may read.
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { SqlError, type SqlSession } from '../../lib/ports.ts';
import { queryReads } from '../../lib/sql/query-reads.ts';
import { literal } from '../../lib/sql/quoting.ts';
import { useTemp } from '../support/temp.ts';

const SECRET = 'word4711';

type Engine = Awaited<ReturnType<typeof openDuckDb>>;
const root = useTemp();
let inside: string;
let outside: string;
let engine: Engine;

beforeAll(async () => {
  inside = join(root, 'in[1]*');
  outside = join(root, 'out');
  await mkdir(inside);
  await mkdir(outside);
  await writeFile(join(inside, 'own?.csv'), 'a\n7\n');
  await writeFile(join(outside, 'secret.csv'), `a\n${SECRET}\n`);
  await writeFile(join(outside, 'secret.json'), `{"a": "${SECRET}"}\n`);
  const free = await openDuckDb({ threads: 1 });
  await free.session(async (session) => {
    await session.run(`COPY (SELECT '${SECRET}' AS a) TO ${literal(join(outside, 'secret.parquet'))}`);
    await session.run(`ATTACH ${literal(join(outside, 'secret.duckdb'))} AS other`);
    await session.run(`CREATE TABLE other.a AS SELECT '${SECRET}' AS a`);
    await session.run('DETACH other');
  });
  free.close();
  await symlink(outside, join(inside, 'way-out'));
  const reach = { folders: [inside], files: [join(root, 'single.csv')] };
  engine = await openDuckDb({ threads: 2, memoryLimitMb: 100, tempDirectory: join(root, 'spill'), reach });
});
afterAll(() => engine.close());

/** What a statement gives, as text; undefined where the engine refuses it. */
async function told(session: SqlSession, sql: string): Promise<string | undefined> {
  try {
    return JSON.stringify(await session.rows(sql));
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

async function isRefused(session: SqlSession, sql: string): Promise<boolean> {
  const [row] = await session.rows<{ tree: string }>(`SELECT json_serialize_sql(${literal(sql)}) AS tree`);
  const tree = JSON.parse(row?.tree ?? '') as { error: boolean; statements: unknown[] };
  return tree.error || queryReads(tree.statements[0]).problems.length > 0;
}

async function filesOutside(): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => !name.startsWith('in[1]*')).sort();
}

type Overload = {
  readonly name: string;
  readonly kind: string;
  readonly types: readonly (string | null)[];
  readonly names: readonly string[];
};

async function overloads(session: SqlSession, kinds: readonly string[]): Promise<Overload[]> {
  return session.rows<Overload>(
    `SELECT function_name AS name, function_type AS kind, parameter_types AS types, parameters AS names
     FROM duckdb_functions() WHERE function_type IN (${kinds.map(literal).join(', ')}) ORDER BY ALL`,
  );
}

const isText = (type: string | null) => type === null || /^(VARCHAR|ANY|T|VARCHAR\[\]|ANY\[\])$/.test(type);

/** Of a table function: with the path in each place that may take one, by place or by name. */
function calls({ name, types, names }: Overload, path: string): string[] {
  const value = (type: string | null) =>
    isText(type) ? literal(path) : type === 'BOOLEAN' ? 'true' : type === 'TABLE' ? '(SELECT 1)' : '1';
  const isNamed = (i: number) => !/^col\d+$/.test(names[i] ?? '');
  const placed = types.filter((_, i) => !isNamed(i)).map(value);
  const first = `SELECT * FROM ${name}(${placed.join(', ')})`;
  const asNamed = types.flatMap((type, i) =>
    isNamed(i) && isText(type)
      ? [
          `SELECT * FROM ${name}(${[...placed, `${names[i]} = ${literal(path)}`].join(', ')})`,
          `SELECT * FROM ${name}(${[...placed, `${names[i]} = [${literal(path)}]`].join(', ')})`,
        ]
      : [],
  );
  // Names are where logs and profiles go: to new files.
  return path.endsWith('new.csv') ? [first, ...asNamed] : [first];
}

const SECRETS = ['secret.csv', 'secret.json', 'secret.parquet', 'secret.duckdb', '*', 'new.csv'];

describe('SQL reaches nothing outside of its folders', () => {
  it('by any table function or macro that a query may call', async () => {
    const before = await filesOutside();
    let tried = 0;
    const refused = new Set<string>();
    const paths = [
      ...SECRETS.map((file) => join(outside, file)),
      join(inside, 'way-out/secret.csv'),
      `${inside}/../out/secret.csv`,
    ];
    await engine.session(async (session) => {
      const settings = () => session.rows('FROM duckdb_settings() ORDER BY name');
      const set = await settings();
      const found = await overloads(session, ['table', 'table_macro']);
      expect(found.length).toBeGreaterThan(80);
      for (const overload of found)
        for (const path of paths) {
          for (const sql of calls(overload, path)) {
            if (await isRefused(session, sql)) refused.add(overload.name);
            else {
              tried += 1;
              expect((await told(session, sql)) ?? '', sql).not.toContain(SECRET);
            }
          }
          if (refused.has(overload.name)) break;
        }
      expect(await settings()).toEqual(set);
    });
    expect(tried).toBeGreaterThan(700);
    expect(await filesOutside()).toEqual(before);
    expect([...refused].sort()).toEqual([
      'arrow_scan',
      'arrow_scan_dumb',
      'check_peg_parser',
      'checkpoint',
      'disable_logging',
      'disable_peg_parser',
      'disable_profiling',
      'enable_logging',
      'enable_peg_parser',
      'enable_profiling',
      'force_checkpoint',
      'json_execute_serialized_sql',
      'query',
      'sql_auto_complete',
      'truncate_duckdb_logs',
    ]);
  });

  it('by any scalar function or macro', async () => {
    const before = await filesOutside();
    let tried = 0;
    await engine.session(async (session) => {
      const found = await overloads(session, ['scalar', 'macro']);
      const named = new Set(found.map(({ name }) => name));
      // The command line of the engine has it; here there is no way to the environment.
      expect(named).not.toContain('getenv');
      for (const { name, types } of found) {
        if (!/^[a-z_]\w*$/.test(name) || !types.some(isText)) continue;
        for (const file of ['secret.csv', 'new.csv']) {
          const path = literal(join(outside, file));
          const call = `"${name}"(${types.map((type) => (isText(type) ? path : '1')).join(', ')})`;
          const sql = `SELECT CAST(${call} AS VARCHAR)`;
          tried += 1;
          expect((await told(session, sql)) ?? '', sql).not.toContain(SECRET);
        }
      }
    });
    expect(tried).toBeGreaterThan(500);
    expect(await filesOutside()).toEqual(before);
  });

  it('by any other statement', async () => {
    const before = await filesOutside();
    const file = (name: string) => literal(join(outside, name));
    await engine.session(async (session) => {
      for (const sql of [
        `FROM ${file('secret.csv')}`,
        `FROM ${file('secret.parquet')}`,
        `FROM ${file('secret.json')}`,
        `FROM ${literal(join(inside, 'way-out/secret.csv'))}`,
        "FROM 'https://example.org/a.csv'",
        "FROM read_text('/proc/self/environ')",
        "FROM read_csv('/etc/passwd')",
        `COPY (SELECT 1) TO ${file('new.csv')}`,
        `COPY (SELECT 1) TO ${literal(join(inside, 'way-out/new.csv'))}`,
        `ATTACH ${file('secret.duckdb')} AS other`,
        `ATTACH ${file('new.duckdb')} AS other`,
        `EXPORT DATABASE ${file('new')}`,
        `IMPORT DATABASE ${file('new')}`,
        'INSTALL httpfs',
        'LOAD httpfs',
        `LOAD ${file('new.duckdb_extension')}`,
        `SET allowed_directories = ['/']`,
        'SET enable_external_access = true',
        'SET lock_configuration = false',
        `SET temp_directory = ${file('new')}`,
        `SET log_query_path = ${file('new.log')}`,
        'RESET allowed_directories',
        'RESET enable_external_access',
        "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
      ])
        await expect(session.rows(sql), sql).rejects.toThrow(SqlError);
    });
    expect(await filesOutside()).toEqual(before);
  });
});

it('SQL reaches what is in its folders, and single files', async () => {
  await writeFile(join(root, 'single.csv'), 'a\n8\n');
  await engine.session(async (session) => {
    expect(await session.rows(`FROM ${literal(join(root, 'in[[]1][*]/own[?].csv'))}`)).toEqual([{ a: 7 }]);
    expect(await session.rows(`FROM ${literal(join(root, 'single.csv'))}`)).toEqual([{ a: 8 }]);
    const made = join(inside, 'made.csv');
    await session.run(`COPY (SELECT 9 AS a) TO ${literal(made)}`);
    expect(await readFile(made, 'utf8')).toBe('a\n9\n');
  });
});

it('what does not fit into memory still spills to the disk', async () => {
  const [row] = await engine.session((session) =>
    session.rows("SELECT count(*) AS n FROM (SELECT DISTINCT repeat('x', 60) || i FROM range(3000000) t(i))"),
  );
  expect(row).toEqual({ n: 3000000 });
});
