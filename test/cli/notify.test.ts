// Whom `notify` in sluice.yaml names is told: of what, how often, and what happens where the receiver is slow, down, or wrong.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { channelsOf } from '../../lib/local/notifiers.ts';
import { type NotifyOptions, notifyLake } from '../../lib/local/notify-lake.ts';
import { openLake } from '../../lib/local/open-lake.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { openWebhook, type Taken } from '../support/webhook.ts';
import { sluice, startSluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

const A = 'shop/day=2024-01-01/a.csv';
const B = 'shop/day=2024-01-02/b.csv';

type Project = Shop & {
  readonly environment: NodeJS.ProcessEnv;
  readonly config: string;
  sync(...args: string[]): ReturnType<typeof sluice>;
};

/** A shop with a sluice.yaml, so that no verb needs an option. */
async function project(notify: string, more: NodeJS.ProcessEnv = {}): Promise<Project> {
  const shop = await makeShop();
  const config = join(shop.folder, 'sluice.yaml');
  writeFileSync(config, `landing: landing\nlake: lake\nschemas: schemas\nnotify:\n${notify}`);
  const environment = { PATH: process.env.PATH, ...more };
  return {
    ...shop,
    environment,
    config,
    sync: (...args) => sluice(['sync', ...args], { folder: shop.folder, environment }),
  };
}

async function withWebhook() {
  const webhook = await openWebhook();
  const shop = await project('  webhook: $HOOK\n', { HOOK: webhook.url });
  return { shop, webhook };
}

/** Tells as a sync does at its end, with attempts that are over soon. */
async function tell(
  shop: Project,
  notify: { webhook?: string; command?: string[] },
  options: NotifyOptions = {},
) {
  const { landing, lake, folder } = shop;
  const local = await openLake({ landing, lake, schemas: join(folder, 'schemas') }, () => {});
  try {
    const { notifiers } = channelsOf({ file: shop.config, notify }, shop.environment);
    return await notifyLake(local, notifiers, { pause: async () => {}, ...options });
  } finally {
    await local.close();
  }
}

const kinds = (taken: Taken | undefined) =>
  taken?.notices.map(({ kind, key, table }) => [kind, key ?? table]);

describe('each fact is told once, and once when it is put right', () => {
  it('a rejected file, quarantined rows, a failed audit, a missing file: in one message, and not again', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.sell(A, 'north,1', 'south,x');
    await shop.write(B, 'a,b\n1,2\n');
    await shop.sell('shop/day=2024-01-03/c.csv', 'west,-5');
    await shop.sell('shop/day=2024-01-04/d.csv', 'east,1');
    const first = await shop.sync();
    expect(first).toMatchObject({ code: 3, err: expect.not.stringContaining('warning') });
    expect(webhook.requests).toHaveLength(1);
    const [told] = webhook.requests;
    expect(told?.counts).toEqual({ rejected: 1, quarantined: 1, 'failed-audit': 1 });
    expect(told?.lake).toBe(shop.lake);
    expect(told?.notices).toEqual([
      {
        kind: 'rejected',
        dataset: 'sales',
        key: B,
        rule: 'missing-label',
        reason: expect.stringContaining('the header lacks "till"'),
        rows: 0,
        accepted: 0,
        quarantined: 0,
        rules: [],
        report: expect.stringMatching(/^files\/sales\/shop\/day=2024-01-02\/b\.csv\/.*\.json$/),
        text: expect.stringMatching(/^rejected `/),
      },
      {
        kind: 'quarantined',
        dataset: 'sales',
        key: A,
        rows: 2,
        accepted: 1,
        quarantined: 1,
        rules: [{ field: 'amount', rule: 'type-error', rows: 1 }],
        report: expect.stringMatching(/^files\/sales\//),
        quarantine: expect.stringMatching(/^quarantine\/sales\/.*\.parquet$/),
        text: expect.stringMatching(/^quarantined 1 of 2 rows/),
      },
      {
        kind: 'failed-audit',
        table: 'insights/takings',
        partition: { day: '2024-01-03' },
        reason: expect.stringContaining('no_debt'),
        text: expect.stringMatching(/^audit failed/),
      },
    ]);
    for (const notice of told?.notices ?? [])
      for (const place of [notice.report, notice.quarantine])
        if (typeof place === 'string') expect(existsSync(join(shop.lake, place))).toBe(true);
    expect(told?.text.split('\n')).toEqual([
      `Sluice: 1 file rejected, 1 file with quarantined rows, 1 audit failed (lake \`${shop.lake}\`)`,
      expect.stringContaining(`• rejected \`${B}\` (\`sales\`): \`the header lacks "till"`),
      `• quarantined 1 of 2 rows of \`${A}\` (\`sales\`): 1 × \`amount\` \`type-error\``,
      expect.stringContaining(
        '• audit failed, the previous rows stay: `insights/takings` `day=2024-01-03`: `',
      ),
    ]);
    await shop.sync();
    await shop.sync();
    expect(webhook.requests).toHaveLength(1);
    await shop.remove('shop/day=2024-01-04/d.csv');
    await shop.sync();
    await shop.sync();
    expect(webhook.requests.slice(1).map(kinds)).toEqual([[['missing', 'shop/day=2024-01-04/d.csv']]]);
  });

  it('what is put right is told, each with what it was; what goes wrong again is told again', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.sell(A, 'south,x', 'north,1');
    await shop.write(B, 'a,b\n1,2\n');
    await shop.sell('shop/day=2024-01-03/c.csv', 'west,-5');
    await shop.sync();
    await shop.remove('shop/day=2024-01-03/c.csv');
    await shop.sell(A, 'south,2');
    await shop.sell(B, 'south,3');
    await shop.sync('--prune', '--yes');
    const settled = webhook.requests[1]?.notices.map(({ kind, was, key, table }) => [
      kind,
      was,
      key ?? table,
    ]);
    expect(settled?.sort()).toEqual([
      ['settled', 'failed-audit', 'insights/takings'],
      ['settled', 'quarantined', A],
      ['settled', 'rejected', B],
    ]);
    expect(webhook.requests[1]?.text).toContain(`• settled (was rejected) \`${B}\` (\`sales\`)`);
    await shop.sync();
    await shop.write(B, 'a,b\n1,2,3\n');
    await shop.sync();
    await shop.sync();
    expect(webhook.requests.slice(2).map(kinds)).toEqual([[['rejected', B]]]);
  });

  it('a rejected file whose next version has refused rows is another fact, and not put right', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await shop.sync();
    await shop.sell(A, 'south,x', 'north,1');
    await shop.sync();
    await shop.sell(A, 'south,1', 'north,1');
    await shop.sync();
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]], [['quarantined', A]], [['settled', A]]]);
    expect(existsSync(join(shop.lake, 'told'))).toBe(false);
  });

  it('what a person settled is told with who and why', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await shop.sync();
    const where = { folder: shop.folder, environment: shop.environment };
    const args = ['settle', A, '--who', 'ann', '--why', 'it was <never> ours'];
    expect(await sluice(args, where)).toMatchObject({ code: 0 });
    expect(await shop.sync()).toMatchObject({ code: 0, out: expect.stringContaining('1 settled') });
    expect(webhook.requests[1]).toMatchObject({
      notices: [
        { kind: 'settled', was: 'rejected', key: A, by: 'person', who: 'ann', why: 'it was <never> ours' },
      ],
    });
    expect(webhook.requests[1]?.text).toContain(' by `ann`: `it was \\u003cnever\\u003e ours`');
    await sluice(['settle', A, '--reopen'], where);
    await shop.sync();
    expect(kinds(webhook.requests[2])).toEqual([['rejected', A]]);
  });

  it('a sync of some keys says nothing of the others, and does not take them for put right', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await shop.write(B, 'a,b\n1,2\n');
    const keys = join(shop.folder, 'keys.txt');
    writeFileSync(keys, `${A}\n`);
    await shop.sync('--keys', keys);
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]]]);
    writeFileSync(keys, `${B}\n`);
    await shop.sync('--keys', keys);
    expect(webhook.requests.slice(1).map(kinds)).toEqual([[['rejected', B]]]);
    await shop.sync();
    expect(webhook.requests).toHaveLength(2);
  });

  it('a sync of some keys tells what it put right, audits too, without a look at what was told of others', async () => {
    const { shop, webhook } = await withWebhook();
    for (let n = 0; n < 9; n++) await shop.write(`shop/day=2024-01-09/${n}.csv`, 'a,b\n1,2\n');
    await shop.write(A, 'a,b\n1,2\n');
    await shop.sell(B, 'north,-1');
    await shop.sync();
    await shop.sell(A, 'north,1');
    await shop.sell(B, 'north,1');
    const keys = join(shop.folder, 'keys.txt');
    writeFileSync(keys, `${A}\n${B}\n`);
    await shop.sync('--keys', keys);
    expect(kinds(webhook.requests[1])?.sort()).toEqual([
      ['settled', 'insights/takings'],
      ['settled', A],
    ]);
    const { landing, lake, folder } = shop;
    const local = await openLake({ landing, lake, schemas: join(folder, 'schemas') }, () => {});
    const reads: string[] = [];
    const counted: ObjectStore = Object.create(local.effects.lake);
    counted.read = (key) => {
      reads.push(key);
      return local.effects.lake.read(key);
    };
    const effects = { ...local.effects, lake: counted };
    const notifiers = [{ channel: 'webhook', notify: async () => {} }];
    expect(await notifyLake({ effects }, notifiers, { keys: [A] })).toEqual([]);
    await local.close();
    expect(reads).toEqual([]);
  });

  it('a definition that is wrong for a while puts nothing right', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await shop.sync();
    const contract = join(shop.folder, 'schemas/shop/datapackage.json');
    const sound = readFileSync(contract, 'utf8');
    writeFileSync(contract, '{');
    expect(await shop.sync()).toMatchObject({ code: 1 });
    writeFileSync(contract, sound);
    await shop.sync();
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]]]);
  });

  it('two hundred files are one message: ten lines, and as much of the list as a chat takes', async () => {
    const { shop, webhook } = await withWebhook();
    for (let i = 0; i < 200; i++) await shop.write(`shop/day=2024-01-01/${i}.csv`, 'a,b\n1,2\n');
    await shop.sync();
    expect(webhook.requests).toHaveLength(1);
    const { counts, omitted = 0, notices = [] } = webhook.requests[0] ?? {};
    expect(counts).toEqual({ rejected: 200 });
    expect(notices.length + omitted).toBe(200);
    // Teams takes no more than 28 KB.
    const bytes = Buffer.byteLength(JSON.stringify(webhook.requests[0]));
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(24_100);
    const lines = webhook.requests[0]?.text.split('\n') ?? [];
    expect(lines).toHaveLength(12);
    expect(lines[0]).toMatch(/^Sluice: 200 files rejected \(/);
    expect(lines[11]).toBe('… and 190 more: npx sluice status');
    expect(readdirSync(join(shop.lake, 'told/webhook'))).toHaveLength(200);
  });

  it('a crash between the commit and telling, or between telling and remembering, loses nothing', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    // The commit alone.
    expect((await sluice(['sync', ...shop.places], { folder: '/', environment: {} })).code).toBe(3);
    expect(webhook.requests).toEqual([]);
    await shop.sync();
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]]]);
    // Told, and not remembered: better twice than never.
    rmSync(join(shop.lake, 'told'), { recursive: true });
    await shop.sync();
    await shop.sync();
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]], [['rejected', A]]]);
  });

  it('the memory holds ids alone; a damaged one is told again or forgotten', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await shop.sync();
    const marks = join(shop.lake, 'told/webhook');
    const [mark = ''] = readdirSync(marks);
    const { id, ...others } = JSON.parse(readFileSync(join(marks, mark), 'utf8'));
    expect(others).toEqual({});
    expect(JSON.parse(id)).toEqual(['rejected', 'sales', A, expect.any(String), 'missing-label']);
    writeFileSync(join(marks, `${'0'.repeat(16)}.json`), '\0rubbish');
    expect(await shop.sync()).toMatchObject({ err: '' });
    expect(webhook.requests).toHaveLength(1);
    expect(readdirSync(marks)).toEqual([mark]);
  });
});

describe('a receiver that does not take it', () => {
  it('answers 500: tried three times, then at the next sync, and once', async () => {
    const { shop, webhook } = await withWebhook();
    webhook.answer(500);
    await shop.write(A, 'a,b\n1,2\n');
    const { code, out, err } = await shop.sync();
    expect({ code, out }).toMatchObject({ code: 3, out: expect.stringContaining('1 rejected') });
    const host = new URL(webhook.url).host;
    expect(err.split('\n').slice(-2).join('\n')).toBe(
      `warning: the webhook of notify in sluice.yaml was not notified of 1 fact: ${host} answered 500. The next sync tries again.\n`,
    );
    expect(webhook.requests).toHaveLength(3);
    webhook.answer(200);
    await shop.sync();
    await shop.sync();
    expect(webhook.requests).toHaveLength(4);
  });

  it('is slow: the time is bounded, the lake is right, and the address stays secret', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.sell(A, 'south,x', 'north,1');
    await sluice(['sync', ...shop.places], { folder: '/', environment: {} });
    webhook.answer('never');
    const started = performance.now();
    const untold = await tell(shop, { webhook: webhook.url }, { timeoutMs: 50 });
    expect(performance.now() - started).toBeLessThan(5_000);
    const host = new URL(webhook.url).host;
    expect(untold).toEqual([{ channel: 'webhook', facts: 1, reason: `${host} did not answer in time` }]);
    expect(webhook.requests).toHaveLength(3);
  });

  it('is down, and comes back', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await sluice(['sync', ...shop.places], { folder: '/', environment: {} });
    await webhook.close();
    const untold = await tell(shop, { webhook: webhook.url });
    expect(untold).toEqual([
      {
        channel: 'webhook',
        facts: 1,
        reason: `${new URL(webhook.url).host} cannot be reached (ECONNREFUSED)`,
      },
    ]);
    const other = await openWebhook();
    expect(await tell(shop, { webhook: other.url })).toEqual([]);
    expect(other.requests.map(kinds)).toEqual([[['rejected', A]]]);
  });

  it.each([400, 404, 410])('answers %i: another attempt is the next sync', async (status) => {
    const { shop, webhook } = await withWebhook();
    webhook.answer(status);
    await shop.write(A, 'a,b\n1,2\n');
    await sluice(['sync', ...shop.places], { folder: '/', environment: {} });
    const untold = await tell(shop, { webhook: webhook.url });
    expect(untold).toMatchObject([{ reason: `${new URL(webhook.url).host} answered ${status}` }]);
    expect(webhook.requests).toHaveLength(1);
  });

  it('redirects: the message does not go elsewhere, nor as a GET', async () => {
    const { shop, webhook } = await withWebhook();
    const elsewhere = await openWebhook();
    webhook.answer((response) => void response.writeHead(302, { location: elsewhere.url }).end());
    await shop.write(A, 'a,b\n1,2\n');
    await sluice(['sync', ...shop.places], { folder: '/', environment: {} });
    expect(await tell(shop, { webhook: webhook.url })).toMatchObject([
      { reason: expect.stringContaining('answered 302: it redirects') },
    ]);
    expect(elsewhere.requests).toEqual([]);
  });

  it('one channel that fails keeps no other from being told, and each has its own memory', async () => {
    const { shop, webhook } = await withWebhook();
    await shop.write(A, 'a,b\n1,2\n');
    await sluice(['sync', ...shop.places], { folder: '/', environment: {} });
    const both = { webhook: webhook.url, command: ['false'] };
    expect(await tell(shop, both)).toMatchObject([{ channel: 'command', facts: 1 }]);
    expect(await tell(shop, { ...both, command: ['true'] })).toEqual([]);
    expect(webhook.requests).toHaveLength(1);
  });
});

/** One that ended and that nobody waited for has a place in the table still. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return !/^\s*(Z|$)/.test(stdout);
}

describe('a command', () => {
  const SCRIPT = `#!/bin/sh
cat > "$1"
printf '%s' "$SLUICE_TEXT" > "$1.text"
printf '%s\\n' "$@" > "$1.args"
pwd > "$1.pwd"
`;

  it('with spaces and quotes, run without a shell in the folder of sluice.yaml: JSON on standard input, the text in a variable', async () => {
    const odd = `it's "told" $HOME; $(id) here.json`;
    const shop = await project(`  command: ['./bin dir/tell us.sh', ${JSON.stringify(odd)}, '', 'a  b']\n`);
    await shop.write('../bin dir/tell us.sh', SCRIPT);
    chmodSync(join(shop.folder, 'bin dir/tell us.sh'), 0o755);
    await shop.write(A, 'a,b\n1,2\n');
    expect(await shop.sync()).toMatchObject({ code: 3, err: expect.not.stringContaining('warning') });
    const read = (end: string) => readFileSync(join(shop.folder, `${odd}${end}`), 'utf8');
    const taken = JSON.parse(read('')) as Taken;
    expect(kinds(taken)).toEqual([['rejected', A]]);
    expect(read('.text')).toBe(taken.text);
    expect(read('.args')).toBe(`${odd}\n\na  b\n`);
    expect(read('.pwd').trim()).toBe(shop.folder);
  });

  it('has the whole list, however long', async () => {
    const shop = await project('  command: [unused]\n');
    for (let i = 0; i < 200; i++) await shop.write(`shop/day=2024-01-01/${i}.csv`, 'a,b\n1,2\n');
    await sluice(['sync', ...shop.places], { folder: '/', environment: {} });
    expect(await tell(shop, { command: ['sh', '-c', 'cat > all.json'] })).toEqual([]);
    const taken = JSON.parse(readFileSync(join(shop.folder, 'all.json'), 'utf8')) as Taken;
    expect(taken.notices).toHaveLength(200);
    expect(taken.omitted).toBe(0);
  });

  it.each([
    [['sh', '-c', 'echo no space left >&2; exit 7'], 'sh ended with exit code 7: no space left'],
    [['sh', '-c', 'kill -9 $$'], 'sh ended with SIGKILL'],
    [['./no such program'], /no such program cannot be run \(ENOENT\)$/],
    [['a program\0'], /cannot be run/],
  ])('that fails, %j, is a reason', async (command, reason) => {
    const shop = await project('  command: [unused]\n');
    await shop.write(A, 'a,b\n1,2\n');
    await sluice(['sync', ...shop.places], { folder: '/', environment: {} });
    const untold = await tell(shop, { command });
    expect(untold).toMatchObject([{ channel: 'command', facts: 1 }]);
    expect(untold[0]?.reason).toEqual(typeof reason === 'string' ? reason : expect.stringMatching(reason));
  });

  it('that hangs, with what it started and without heed to a request to end, is ended', async () => {
    const shop = await project('  command: [unused]\n');
    await shop.write(A, 'a,b\n1,2\n');
    await sluice(['sync', ...shop.places], { folder: '/', environment: {} });
    const pids = join(shop.folder, 'pids');
    const script = `trap '' TERM; sleep 600 & echo $! >> ${pids}; echo $$ >> ${pids}; while :; do wait; done`;
    const untold = await tell(shop, { command: ['sh', '-c', script] }, { timeoutMs: 200 });
    expect(untold).toEqual([{ channel: 'command', facts: 1, reason: 'sh did not end in time' }]);
    const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(started).toHaveLength(6);
    for (const pid of started) await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('that reads nothing of its input, and leaves a process behind, has taken it', async () => {
    const shop = await project('  command: [unused]\n');
    for (let i = 0; i < 300; i++) await shop.write(`shop/day=2024-01-01/${i}.csv`, 'a,b\n1,2\n');
    await sluice(['sync', ...shop.places], { folder: '/', environment: {} });
    const pid = join(shop.folder, 'pid');
    const untold = await tell(shop, { command: ['sh', '-c', `sleep 600 & echo $! > ${pid}; exit 0`] });
    process.kill(Number(readFileSync(pid, 'utf8')));
    expect(untold).toEqual([]);
  });
});

describe('what others wrote', () => {
  it('is shown in the text and obeyed by no chat: no mention, no link, no line, no end of the quotation', async () => {
    const { shop, webhook } = await withWebhook();
    const names = [
      '<!channel>.csv',
      '<@U123|ann>\n• settled.csv',
      '`*bold* [here](http:evil.example)`.csv',
      '&lt;!here&gt; &#60;.csv',
      '\u202e\u001b[2J R&D.csv',
    ];
    for (const name of names) await shop.write(`shop/day=2024-01-01/${name}`, '<!everyone>,"`\n<b>"\n1,2\n');
    await shop.sync();
    const [told] = webhook.requests;
    expect(told?.notices.map(({ key }) => key).sort()).toEqual(
      names.map((name) => `shop/day=2024-01-01/${name}`).sort(),
    );
    const lines = told?.text.split('\n') ?? [];
    expect(lines).toHaveLength(1 + names.length);
    expect(told?.text).not.toMatch(/[<>\u202e]|&(?=#|\w+;)/);
    for (const line of lines.slice(1)) {
      expect(line).not.toMatch(/\p{Cc}/u);
      expect(line).toMatch(/^• rejected `[^`]+` \(`sales`\): `[^`]+`$/);
    }
    expect(told?.text).toContain('\\u003c!channel\\u003e.csv');
    expect(told?.text).toContain(' R&D.csv');
  });
});

describe('sluice.yaml', () => {
  it.each([
    [
      '  webhook: hooks.example.com/x\n',
      'line 5, notify.webhook: it must be an address, https://…, or an environment variable that holds one, $NAME: correct it',
    ],
    ['  webhook: [a]\n', 'line 5, notify.webhook: it must be a text: correct it'],
    [
      '  command: notify.sh\n',
      'line 5, notify.command: it must be a list of texts, [program, argument, …], such as [python3, notify.py]; [sh, -c, "…"] runs a line of a shell: correct it',
    ],
    ['  command: []\n', 'line 5, notify.command: it must be a list of texts'],
    ['  command: [a, 1]\n', 'line 5, notify.command: it must be a list of texts'],
    [
      '  webhok: x\n',
      'line 5, notify.webhok: "webhok" is not a property of the configuration. Did you mean "webhook"? Known properties: webhook, command',
    ],
  ])('%j names the line', async (notify, message) => {
    expect(await (await project(notify)).sync()).toMatchObject({
      code: 1,
      err: expect.stringContaining(message),
    });
  });

  it('a variable that is not set, or holds no address, is a warning, without its value', async () => {
    for (const [environment, problem] of [
      [
        {},
        'is the environment variable HOOK, which is not set: set it to the address, or remove notify.webhook',
      ],
      [
        { HOOK: 'sesame' },
        'is the environment variable HOOK, which holds no address that begins with https://',
      ],
      [
        { HOOK: 'ftp://sesame/' },
        'is the environment variable HOOK, which holds no address that begins with https://',
      ],
      [
        { HOOK: 'https://ann:sesame@example.com/' },
        'holds an address with a user name or a password: use notify.command with curl for it',
      ],
    ] as const) {
      const shop = await project(`  webhook: \${HOOK}\n`, environment);
      await shop.write(A, 'a,b\n1,2\n');
      const { code, err } = await shop.sync();
      expect(code).toBe(3);
      expect(err).toContain(problem);
      expect(err).not.toContain('sesame');
    }
  });
});

describe('start', () => {
  it('tells while it watches, and never waits for it', async () => {
    const { shop, webhook } = await withWebhook();
    webhook.answer('never');
    await shop.write(A, 'a,b\n1,2\n');
    const running = startSluice(['start'], shop.folder, shop.environment);
    await running.line(/^Watching/);
    await shop.sell(B, 'south,1');
    await running.line(/^sales day=2024-01-02 accepted 1 row/);
    webhook.answer(200);
    await shop.sell(A, 'south,1');
    await running.line(/^sales day=2024-01-01 accepted 1 row/);
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(kinds(webhook.requests[0])).toEqual([['rejected', A]]);
  });

  it('a file that is rejected, and then corrected, is told and put right', async () => {
    const { shop, webhook } = await withWebhook();
    const told = (count: number) =>
      expect.poll(() => webhook.requests.length, { timeout: 30_000 }).toBe(count);
    await shop.sell(B, 'south,1');
    const running = startSluice(['start'], shop.folder, shop.environment);
    await running.line(/^Watching/);
    await shop.write(A, 'a,b\n1,2\n');
    await told(1);
    await shop.sell(A, 'south,1');
    await told(2);
    await shop.remove(B);
    await running.line(/^sales day=2024-01-02 withdrawn/);
    running.process.kill('SIGINT');
    await running.ended;
    expect(webhook.requests.map(kinds)).toEqual([[['rejected', A]], [['settled', A]]]);
  });
});
