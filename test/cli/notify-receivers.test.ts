// What happens where a receiver of notifications is slow, down, or wrong: a webhook, and a command.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openWebhook, type Taken } from '../support/webhook.ts';
import { sluice } from './harness.ts';
import { A, kinds, project, tell, withWebhook } from './notify-shop.ts';

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
