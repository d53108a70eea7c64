// The shell of `sluice query`: statements, commands, completion, interrupts, history; on streams, and on a real pseudo terminal.
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { testTemp, useTemp } from '../support/temp.ts';
import { BIN, sluice } from './harness.ts';
import { openShell } from './shell-session.ts';
import { makeShop, type Shop } from './shop.ts';

const folder = useTemp();
let lake: string[];
beforeAll(async () => {
  const shop = await soldShop(folder);
  lake = ['--lake', shop.lake];
});

async function soldShop(place?: string): Promise<Shop> {
  const made = await makeShop(place);
  await made.sell('shop/day=2024-01-01/a.csv', 'north,1.50', 'south,2');
  expect((await sluice(['sync', ...made.places])).code).toBe(0);
  return made;
}

const lines = (text: string) => text.split('\n');

describe('statements', () => {
  it('run over several lines up to a semicolon, several on one line, and their errors end nothing', async () => {
    const shell = await openShell(lake);
    expect(await shell.say("SELECT till, ';' AS mark -- no end;")).toBe('');
    expect(await shell.say('  FROM sales')).toBe('');
    expect(lines(await shell.say('ORDER BY till; SELECT 1 AS one;'))).toEqual([
      ...['till   mark', '─────  ────', 'north  ;', 'south  ;', '2 rows'],
      ...['one', '───', '  1', '1 row'],
    ]);
    expect(await shell.say('SELECT nope FROM sales;')).toMatch(/^Binder Error: .*"nope"/);
    expect(await shell.say('DELETE FROM sales;')).toMatch(/^Only queries are answered/);
    expect(await shell.say('FROM sale;')).toMatch(/Did you mean "sales"\?/);
    expect(await shell.say("FROM read_text('/etc/passwd');")).toMatch(/is not one of them/);
    expect(await shell.say(';; /* nothing */ ;')).toBe('');
    expect(lines(await shell.say('SELECT count(*) AS n FROM takings;'))[2]).toBe('2');
    shell.type('\u0004');
    expect(await shell.ended).toBe(0);
  });

  it('each see the lake as it is by then, or all as it was at the time of --as-of', async () => {
    const changing = await soldShop();
    const now = await openShell(['--lake', changing.lake]);
    const then = await openShell(['--lake', changing.lake, '--as-of', '2024-01-01']);
    const first = await openShell(['--lake', changing.lake, '--as-of', '1']);
    const sum = 'SELECT sum(amount) AS s FROM sales;';
    expect(lines(await now.say(sum))[2]).toBe('3.50');
    await changing.sell('shop/day=2024-01-02/b.csv', 'north,4');
    expect((await sluice(['sync', ...changing.places])).code).toBe(0);
    expect(lines(await now.say(sum))[2]).toBe('7.50');
    expect(await then.say(sum)).toMatch(/^sales did not exist yet at 2024-01-01: /);
    expect(await then.say('.tables')).toBe('There are no tables.');
    expect(lines(await first.say(sum))[2]).toBe('3.50');
    expect(await first.say('.tables')).toMatch(/^sales +table +2 +day, till, amount$/m);
    expect(await now.say('.tables')).toMatch(/^sales +table +3 +day, till, amount$/m);
  });

  it('are printed in the format that is asked for', async () => {
    const shell = await openShell([...lake, '--format', 'csv']);
    expect(await shell.say('SELECT till FROM sales ORDER BY 1;')).toBe('till\nnorth\nsouth');
  });
});

describe('commands', () => {
  it('list tables, columns and themselves, and leave', async () => {
    const shell = await openShell(lake);
    expect(lines(await shell.say('.tables'))).toEqual([
      'name     kind     rows  columns',
      '───────  ───────  ────  ──────────────────',
      'sales    table       2  day, till, amount',
      'takings  insight     2  day, till, takings',
    ]);
    expect(lines(await shell.say(' .columns TAKINGS;'))).toEqual([
      'column   type',
      '───────  ─────────────  ─────────',
      'day      DATE           partition',
      'till     VARCHAR',
      'takings  DECIMAL(38,2)',
    ]);
    expect(await shell.say('.columns')).toMatch(/wants the name of a table/);
    expect(await shell.say('.columns sale')).toBe(
      'There is no table or insight "sale". Did you mean "sales"?',
    );
    for (const command of ['.help', '.tabels'])
      for (const { word } of [{ word: '.tables' }, { word: '.columns TABLE' }, { word: '.exit' }])
        expect(await shell.say(command)).toContain(word);
    shell.type('.exit\r');
    expect(await shell.ended).toBe(0);
  });

  it('name a table whose log cannot be read, and the others are read', async () => {
    const damaged = await soldShop();
    await writeFile(join(damaged.lake, 'insights/takings/_delta_log/00000000000000000000.json'), 'no log\n');
    const shell = await openShell(['--lake', damaged.lake]);
    const tables = await shell.say('.tables');
    expect(tables).toMatch(/^sales +table +2 +day, till, amount$/m);
    expect(tables).toMatch(/^takings +insight +\? +.*_delta_log/m);
    expect(await shell.say('.columns takings')).toMatch(/is damaged: line 1 is not JSON: "no log"/);
    expect(await shell.say('FROM takings;')).toMatch(/is damaged: line 1 is not JSON: "no log"/);
    expect(lines(await shell.say('SELECT count(*) AS n FROM sales;'))[2]).toBe('2');
    shell.type('SELECT amou');
    shell.type('\t');
    await shell.until(/SELECT amount$/);
  });

  it('are no commands within a statement', async () => {
    const shell = await openShell(lake);
    await shell.say('SELECT 1 AS "a');
    expect(await shell.say('.exit"')).toBe('');
    expect(lines(await shell.say(';'))[0]).toBe('a\\n.exit');
  });
});

describe('Tab', () => {
  it('completes names and words, and a pasted one is a blank', async () => {
    const shell = await openShell(lake);
    const completed = async (keys: string, line: RegExp) => {
      shell.type(keys);
      shell.type('\t');
      await shell.until(line);
      shell.type('\u0003');
      await shell.until(/\nsluice> (?=sluice> )/);
      await shell.until(/sluice> $/);
    };
    await completed('sel', /select $|select$/);
    await completed('SELECT takings FROM tak', /FROM takings$/);
    await completed('SELECT amou', /SELECT amount$/);
    await completed('SELECT sales.ti', /sales\.till$/);
    await completed('.col', /\.columns$/);
    await completed('.columns sal', /\.columns sales$/);
    expect(lines(await shell.say('SELECT\ttill FROM\tsales ORDER BY\t1;'))[2]).toBe('north');
  });
});

describe('Ctrl-C', () => {
  it('drops what is typed, stops the query that runs, and ends nothing', async () => {
    const shell = await openShell(lake);
    await shell.say('SELECT nothing');
    shell.type(' FROM nowhere');
    shell.type('\u0003');
    await shell.until(/\^C\n[\s\S]*sluice> $/);
    expect(lines(await shell.say('SELECT 5 AS five;'))[2]).toBe('   5');
    shell.type('SELECT count(*) FROM range(1000000000000);\r');
    await shell.until(/\n/);
    shell.type('\u0003');
    await shell.until(/The query was interrupted\.\nsluice> $/);
    shell.type("SELECT repeat('x', 1000) FROM range(100000000000);\r");
    await shell.until(/\n/);
    shell.type('\u0003');
    await shell.until(/The query was interrupted\.\nsluice> $/);
    expect(lines(await shell.say('SELECT 6 AS six;'))[2]).toBe('  6');
  });
});

describe('the history', () => {
  const UP = '\u001b[A';

  it('has whole statements, and the next shell has them too', async () => {
    const state = testTemp();
    const shell = await openShell(lake, state);
    await shell.say('SELECT 1');
    await shell.say('  AS one;');
    await shell.say('.tables');
    shell.type(UP + UP);
    await shell.until(/SELECT 1 AS one;/);
    shell.type('\r');
    await shell.until(/1 row\nsluice> $/);
    shell.type('\u0004');
    await shell.ended;
    const file = join(state, 'sluice/query_history');
    expect(await readFile(file, 'utf8')).toBe('SELECT 1 AS one;\n.tables\nSELECT 1 AS one;\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const next = await openShell(lake, state);
    next.type(`${UP}${UP}\r`);
    expect(await next.until(/sales +table[\s\S]*sluice> $/)).toContain('.tables');
  });

  it('has a thousand statements at most, and none that could be obeyed by the screen', async () => {
    const state = testTemp();
    await mkdir(join(state, 'sluice'));
    const file = join(state, 'sluice/query_history');
    const old = Array.from({ length: 2500 }, (_, n) => `SELECT ${n};`);
    await writeFile(file, `${[...old, 'SELECT \u001b[2J;'].join('\n')}\n`);
    const shell = await openShell(lake, state);
    shell.type(`${UP}\r`);
    expect(await shell.until(/1 row\nsluice> $/)).toMatch(/SELECT 2499;\n2499/);
    await shell.say("SELECT 'two\r lines', 1 -- end");
    expect(lines(await shell.say(';'))).toContain("'two\\n lines'  1");
    const kept = (await readFile(file, 'utf8')).split('\n');
    expect(kept).toEqual([...old.slice(1500), "SELECT 'two", " lines', 1 -- end", ';', '']);
  });

  it('that cannot be kept is said once, and stops nothing', async () => {
    const state = testTemp();
    await writeFile(join(state, 'sluice'), 'no folder');
    const shell = await openShell(lake, state);
    expect(lines(await shell.say('SELECT 7 AS n;'))[2]).toBe('7');
    await mkdir(join(state, 'other/sluice/query_history'), { recursive: true });
    const other = await openShell(lake, join(state, 'other'));
    expect(lines(await other.say('SELECT 8 AS n;'))[2]).toBe('8');
  });
});

it('without a terminal there is no shell, and --output wants a query', async () => {
  expect(await sluice(['query', ...lake])).toMatchObject({
    code: 2,
    err: expect.stringContaining('"SELECT …" is missing'),
  });
});

const hasScript = String(spawnSync('script', ['--version']).stdout).includes('util-linux');

it.skipIf(!hasScript)('on a pseudo terminal: keys, completion, Ctrl-C, Ctrl-D', async () => {
  const state = testTemp();
  const command = [process.execPath, BIN, 'query', ...lake].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, XDG_STATE_HOME: state, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let shown = '';
  let look = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    look();
  });
  const until = (pattern: RegExp) =>
    new Promise<void>((found, failed) => {
      const late = setTimeout(() => failed(new Error(`${pattern} was not shown in time:\n${shown}`)), 30_000);
      look = () => {
        if (!pattern.test(shown)) return;
        shown = '';
        clearTimeout(late);
        found();
      };
      look();
    });
  await until(/sluice> /);
  child.stdin.write('SELECT till FROM sal');
  await until(/FROM sal$/);
  child.stdin.write('\t');
  await until(/es/);
  child.stdin.write('\r');
  await until(/\.\.\.> /);
  child.stdin.write('ORDER BY 1;\r');
  await until(/north\s+south\s+2 rows[\s\S]*sluice> /);
  child.stdin.write('SELECT count(*) FROM range(1000000000000);\r');
  await until(/;\r+\n/);
  child.stdin.write('\u0003');
  await until(/The query was interrupted\.[\s\S]*sluice> /);
  const ended = new Promise((done) => child.on('close', done));
  child.stdin.write('\u0004');
  expect(await ended).toBe(0);
  expect(await readFile(join(state, 'sluice/query_history'), 'utf8')).toBe(
    'SELECT till FROM sales ORDER BY 1;\nSELECT count(*) FROM range(1000000000000);\n',
  );
});
