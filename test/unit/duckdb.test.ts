import { writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { OutOfMemoryError, SqlError, type SqlSession } from '../../lib/ports.ts';
import { useTemp } from '../support/temp.ts';

const folder = useTemp();
let engine: Awaited<ReturnType<typeof openDuckDb>>;

beforeAll(async () => {
  engine = await openDuckDb({ memoryLimitMb: 256, threads: 2, tempDirectory: join(folder, 'spill') });
});
afterAll(() => engine.close());

function first(select: string) {
  return engine.session(async (session) => (await session.rows(`SELECT ${select}`))[0]);
}

describe('values', () => {
  it('are the whole text, also where it begins like a byte order mark', async () => {
    const nested = "['\ufeffz'] AS b, {x: '\ufeffz'} AS c, MAP {'\ufeffz': 1} AS d";
    expect(await first(`'\ufeffz' AS a, ${nested}`)).toEqual({
      a: '\ufeffz',
      b: ['\ufeffz'],
      c: { x: '\ufeffz' },
      d: { '\ufeffz': 1 },
    });
  });

  it('are numbers where a number holds them and text where it does not', async () => {
    expect(
      await first(`1::BIGINT AS a, 9007199254740991 AS b, 9007199254740992 AS c, -9007199254740993 AS d,
        170141183460469231731687303715884105727::HUGEINT AS e, 18446744073709551615::UBIGINT AS f, 3::UBIGINT AS g,
        1.10::DECIMAL(5,2) AS h, 0.5::DOUBLE AS i, true AS j, 'x' AS k, NULL AS l, 7::TINYINT AS m`),
    ).toEqual({
      a: 1,
      b: 9007199254740991,
      c: '9007199254740992',
      d: '-9007199254740993',
      e: '170141183460469231731687303715884105727',
      f: '18446744073709551615',
      g: 3,
      h: '1.10',
      i: 0.5,
      j: true,
      k: 'x',
      l: null,
      m: 7,
    });
  });

  it('of time are the text that DuckDB prints, in UTC', async () => {
    const row = await first(`'2024-02-29'::DATE AS d, '2024-01-01 10:00:00.12+02'::TIMESTAMPTZ AS z,
      '2024-01-01 10:00:00'::TIMESTAMP AS n, 'infinity'::TIMESTAMPTZ AS i, '2024-01-01 10:00:00.12+02'::TIMESTAMPTZ::VARCHAR AS t`);
    expect(row).toEqual({
      d: '2024-02-29',
      z: '2024-01-01 08:00:00.12+00',
      n: '2024-01-01 10:00:00',
      i: 'infinity',
      t: '2024-01-01 08:00:00.12+00',
    });
  });

  it('nest', async () => {
    const row = await first(
      `[{'a': 1::BIGINT, 'b': [1.5::DECIMAL(3,1), NULL]}] AS s, MAP {'k': 1, '__proto__': 2} AS m, [1, 2]::INT[2] AS f`,
    );
    expect(row?.s).toEqual([{ a: 1, b: ['1.5', null] }]);
    expect(Object.entries(row?.m ?? {})).toEqual([
      ['k', 1],
      ['__proto__', 2],
    ]);
    expect(row?.f).toEqual([1, 2]);
  });
});

describe('a session', () => {
  it('counts the rows that a statement wrote', async () => {
    await engine.session(async (session) => {
      expect(await session.run('CREATE TEMP TABLE t (a INT)')).toBe(0);
      expect(await session.run('INSERT INTO t SELECT * FROM range(5)')).toBe(5);
      expect(await session.run(`COPY t TO '${join(folder, 't.parquet')}'`)).toBe(5);
      expect(await session.run('DELETE FROM t WHERE a < 2')).toBe(2);
    });
  });

  it('has temporary tables of its own', async () => {
    await engine.session(async (one) => {
      await one.run('CREATE TEMP TABLE own AS SELECT 1 AS a');
      await engine.session(async (other) => {
        await expect(other.rows('FROM own')).rejects.toMatchObject({ kind: 'statement' });
      });
    });
  });

  it('streams a result in chunks and may be left early', async () => {
    await engine.session(async (session) => {
      let rows = 0;
      for await (const chunk of session.stream<{ range: number }>('FROM range(10000)')) rows += chunk.length;
      expect(rows).toBe(10000);
      for await (const chunk of session.stream('FROM range(100000000)')) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect(await session.rows('SELECT 1 AS a')).toEqual([{ a: 1 }]);
    });
  });

  it('stops a statement that is not wanted any more, and goes on with the next', async () => {
    const stop = new AbortController();
    await engine.session(async (session) => {
      // Longer than any test may take.
      const running = session.run('SELECT count(*) FROM range(10000000) a, range(10000000) b', stop.signal);
      stop.abort();
      await expect(running).rejects.toMatchObject({ kind: 'resource' });
      await expect(session.run('SELECT 1', stop.signal)).rejects.toMatchObject({ kind: 'resource' });
      expect(await session.rows('SELECT 1 AS a')).toEqual([{ a: 1 }]);
    });
  });

  it('describes a query without running it', async () => {
    await engine.session(async (session) => {
      expect(
        await session.describe("SELECT error('not run') AS e, 1::DECIMAL(18,6) AS d, now() AS t"),
      ).toEqual([
        { name: 'e', type: 'INTEGER' },
        { name: 'd', type: 'DECIMAL(18,6)' },
        { name: 't', type: 'TIMESTAMP WITH TIME ZONE' },
      ]);
    });
  });

  it('is closed when its work throws', async () => {
    let kept: SqlSession | undefined;
    const work = engine.session(async (session) => {
      kept = session;
      throw new Error('work failed');
    });
    await expect(work).rejects.toThrow('work failed');
    await expect(kept?.rows('SELECT 1')).rejects.toThrow(SqlError);
  });
});

describe('memory', () => {
  it('is what was given, else what the engine takes by itself', async () => {
    const given = await openDuckDb({ memoryLimitMb: 300 });
    expect(given.memoryMb).toBe(300);
    given.close();
    const own = await openDuckDb();
    expect(own.memoryMb).toBeGreaterThan(100);
    expect(own.memoryMb).toBeLessThan(totalmem() / 2 ** 20);
    own.close();
  });
});

describe('errors', () => {
  const cases: [string, 'data' | 'statement' | 'resource'][] = [
    ['SELEC 1', 'statement'],
    ['SELECT nope', 'statement'],
    ['FROM nope', 'statement'],
    ['SELECT no_such_function(1)', 'statement'],
    ["FROM 's3://bucket/key.parquet'", 'statement'],
    ["SELECT CAST('x' AS INT)", 'data'],
    ['SELECT 9223372036854775807 + 1::BIGINT', 'data'],
    ["SELECT decode('\\xFF'::BLOB)", 'data'],
    ["SELECT json('{')", 'data'],
    ["FROM read_csv('FOLDER/bytes.csv')", 'data'],
    ["FROM read_csv('FOLDER/text.csv', header = true, columns = {'a': 'INT'})", 'data'],
    ["FROM read_json('FOLDER/cut.json')", 'data'],
    ['CREATE TEMP TABLE k (a INT PRIMARY KEY); INSERT INTO k VALUES (1), (1)', 'data'],
    ["FROM read_csv('FOLDER/absent.csv')", 'resource'],
    ["COPY (SELECT 1) TO 'FOLDER/absent/x.parquet'", 'resource'],
    ['SELECT list(range) FROM range(100000000)', 'resource'],
  ];
  beforeAll(async () => {
    await writeFile(join(folder, 'bytes.csv'), Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x0a]));
    await writeFile(join(folder, 'text.csv'), 'a\nx\n');
    await writeFile(join(folder, 'cut.json'), '{"a":');
  });
  it.each(cases)('%s → %s', async (sql, kind) => {
    const text = sql.replace('FOLDER', folder);
    const ways: ((session: SqlSession) => Promise<unknown>)[] = [
      (s: SqlSession) => s.rows(text),
      (s: SqlSession) => s.run(text),
    ];
    for (const way of ways) {
      const failed = engine.session<unknown>(way);
      await expect(failed).rejects.toBeInstanceOf(SqlError);
      await expect(failed).rejects.toMatchObject({ kind });
    }
  });

  it('tell a want of memory from others', async () => {
    const run = (sql: string) => engine.session((session) => session.run(sql));
    await expect(run('SELECT list(range) FROM range(100000000)')).rejects.toBeInstanceOf(OutOfMemoryError);
    await expect(run("FROM read_csv('/absent.csv')")).rejects.not.toBeInstanceOf(OutOfMemoryError);
  });

  it('inside a stream are translated too', async () => {
    await engine.session(async (session) => {
      const read = async () => {
        for await (const _ of session.stream(
          "SELECT CAST(CASE WHEN range > 5000 THEN 'x' ELSE '1' END AS INT) FROM range(9000)",
        ));
      };
      await expect(read()).rejects.toMatchObject({ kind: 'data' });
    });
  });

  it.each([999, 9_999, 99_999, 999_999])(
    'at row %i of a stream end it, and not as if it were complete',
    async (row) => {
      const sql = `SELECT CASE WHEN range = ${row} THEN error('at ' || range) ELSE range END AS n FROM range(1000000)`;
      const read = (text: string) =>
        engine.session(async (session) => {
          let rows = 0;
          for await (const chunk of session.stream(text)) rows += chunk.length;
          return rows;
        });
      await expect(read(sql)).rejects.toThrow(`Invalid Input Error: at ${row}`);
      await expect(read(sql.replace(`= ${row}`, '< 0'))).resolves.toBe(1_000_000);
    },
  );

  it('by a signal end a stream at once, and the session goes on', async () => {
    await engine.session(async (session) => {
      const stop = new AbortController();
      const read = async () => {
        for await (const _ of session.stream('SELECT range AS n FROM range(1000000000000)', stop.signal))
          stop.abort();
      };
      await expect(read()).rejects.toThrow('INTERRUPT Error: the statement was stopped');
      expect(await session.rows('SELECT 1 AS a')).toEqual([{ a: 1 }]);
    });
  });
});

describe('a session that is left while the engine works', () => {
  const LONG = 'SELECT a.range + b.range AS n FROM range(200000) a, range(200000) b ORDER BY n';

  it.each<[string, (session: SqlSession) => Promise<unknown>]>([
    ['a statement', (session) => session.run(`CREATE TEMP TABLE t AS ${LONG}`)],
    ['rows', (session) => session.rows(LONG)],
    ['a stream', (session) => session.stream(LONG)[Symbol.asyncIterator]().next()],
  ])('ends, and so does what was asked: %s', async (_, ask) => {
    for (let round = 0; round < 5; round++) {
      let answer: Promise<unknown> = Promise.resolve();
      await engine.session(async (session) => {
        answer = ask(session).then(
          () => 'answered',
          (error: SqlError) => error.message,
        );
        await setTimeout(round * 20);
      });
      expect(await answer).toMatch(/^answered$|^INTERRUPT Error/);
    }
    expect(await engine.session((session) => session.rows('SELECT 1 AS a'))).toEqual([{ a: 1 }]);
  });
});
