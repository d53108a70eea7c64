// `sluice dead-letters` and `sluice redrive` on a lake on disk, and what the words for other places do.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice } from './harness.ts';
import { makeShop, type Shop } from './shop.ts';

/** Two files whose reports cannot be written. */
async function shopWithDeadLetters(): Promise<Shop> {
  const shop = await makeShop();
  await shop.sell('shop/day=2024-01-01/a.csv', 'north,1.50');
  await shop.sell('shop/day=2024-01-02/b.csv', 'north,7');
  await mkdir(shop.lake);
  await writeFile(join(shop.lake, 'files'), 'where a folder must be');
  expect((await sluice(['sync', ...shop.places])).code).toBe(1);
  return shop;
}

async function json(verb: string, shop: Shop) {
  const { code, out, err } = await sluice([verb, '--format', 'json', ...shop.places]);
  return { code, err, document: JSON.parse(out) };
}

describe('dead letters of a lake on disk', () => {
  it('are shown with source and reason, and stay', async () => {
    const shop = await shopWithDeadLetters();
    for (const _ of ['once', 'twice']) {
      const { code, document } = await json('dead-letters', shop);
      expect(code).toBe(0);
      expect(document).toMatchObject({
        waiting: 2,
        letters: [
          { queue: 'files', place: shop.lake, about: ['shop/day=2024-01-01/a.csv'], messageId: null },
          { queue: 'files', place: shop.lake, about: ['shop/day=2024-01-02/b.csv'], messageId: null },
        ],
      });
      expect(document.letters[0].reason).toMatch(/^cannot write .*\/files\/.* \(ENOTDIR|EEXIST\)/);
    }
    const { out } = await sluice(['dead-letters', ...shop.places]);
    expect(out).toMatch(
      /: 2 dead letters\n {2}shop\/day=2024-01-01\/a\.csv \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\)\n {4}cannot write/,
    );
  });

  it('stay where they fail again, and are gone when they are delivered', async () => {
    const shop = await shopWithDeadLetters();
    const failed = await json('redrive', shop);
    expect(failed).toMatchObject({ code: 1, document: { lake: { delivered: 0 }, queues: [] } });
    expect(failed.document.lake.failed).toHaveLength(2);
    await rm(join(shop.lake, 'files'));
    expect(await json('redrive', shop)).toMatchObject({
      code: 0,
      document: { lake: { delivered: 2, failed: [] } },
    });
    expect(await readdir(shop.lake)).not.toContain('dead-letters');
    expect((await sluice(['sync', ...shop.places])).out).toMatch(/^Nothing to do: 2 files unchanged/);
    expect((await sluice(['dead-letters', ...shop.places])).out).toBe(`${shop.lake}: no dead letters\n`);
    expect((await sluice(['redrive', ...shop.places])).out).toBe(`${shop.lake}: no dead letters\n`);
  });

  it('a file among them that is none is named', async () => {
    const shop = await shopWithDeadLetters();
    await writeFile(join(shop.lake, 'dead-letters', 'x.json'), '{');
    const { code, err } = await sluice(['dead-letters', ...shop.places]);
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringMatching(/x\.json is not a dead letter: remove it\./),
    });
  });
});

describe('places that do not go together', () => {
  it.each([
    [['start', '--lake', 's3://b-b-b/x'], 2, 'pass --landing as well'],
    [['sync', '--lake', 's3://b-b-b/x'], 2, 'pass --landing as well'],
    [['status', '--landing', 's3://b-b-b/x'], 2, 'pass --lake as well'],
    [['query', 'SELECT 1', '--lake', 's3://B'], 1, '"B" is not a bucket name'],
    [['dead-letters', '--files-dlq', 'my-queue'], 2, '--files-dlq is "my-queue", which is not a queue URL'],
  ] as const)('%j', async (args, code, message) => {
    const answer = await sluice(args);
    expect(answer.code).toBe(code);
    expect(answer.err).toContain(message);
  });
});
