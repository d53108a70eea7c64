// `sluice sync --spark COMMAND` where the command does not do its work: the file fails with a sentence, and everything else is processed.
import { describe, expect, it, vi } from 'vitest';
import { sluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

async function syncOn(shop: Shop, command: string) {
  const { code, out } = await sluice(['sync', '--spark', command, '--format', 'json', ...shop.places]);
  return { code, document: JSON.parse(out) };
}

async function largeAndSmall(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/small.csv', 'north,1.50');
  await shop.sell('shop/day=2024-01-02/large.csv', ...Array.from({ length: 100 }, (_, i) => `north,${i}`));
  vi.stubEnv('SLUICE_MAX_SOURCE_BYTES', '200');
  return shop;
}

describe('a command that cannot run Spark', () => {
  it('is tried three times, and told; the next sync tells it again, and --cancel lets the work start anew', async () => {
    const shop = await largeAndSmall();
    const { code, document } = await syncOn(shop, 'no-such-spark');
    expect(code).toBe(1);
    expect(document.totals).toMatchObject({ accepted: 1 });
    expect(document.deadLetters).toHaveLength(1);
    const told = JSON.stringify(document.deadLetters);
    expect(told).toContain('no-such-spark ended with exit code 127: no-such-spark: not found');
    expect(told).toContain('failed 3 times');
    const [, job = ''] = /its job (\S+) failed/.exec(told) ?? [];

    expect((await syncOn(shop, 'no-such-spark')).document.deadLetters).toHaveLength(1);
    const { code: attention, out } = await sluice(['jobs', ...shop.places.slice(2, 4), '--format', 'json']);
    expect(attention).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ jobs: [{ name: job, state: 'failed' }] });

    const cancelled = await sluice(['jobs', '--cancel', job, ...shop.places.slice(2, 4)]);
    expect(cancelled).toMatchObject({ code: 0, err: '' });
    const { code: done, document: after } = await syncOn(shop, 'local');
    expect({ done, rows: after.rows.accepted }).toEqual({ done: 0, rows: 100 });
  });
});
