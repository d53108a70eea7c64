// A listing of S3 in parts is the listing page by page: the same objects in the same order, for few more requests.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listObjects } from '../../lib/adapters/s3-listing.ts';
import { inByteOrder, type ListedBucket, listedBucket } from '../support/listed-bucket.ts';

const NAMES = [
  '',
  'a',
  'a b',
  'a+b',
  'a%2Fb',
  'a-b',
  'a.csv',
  'a0',
  'b',
  'year=2024',
  'ä',
  '～',
  '🚤',
  '\u0001',
  '&<',
  '.',
  '..',
];

const anyKey = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 5 })
  .map((names) => names.join('/'))
  .filter((key) => key !== '');
/** Keys of any form among those of folders of one depth, as datasets have them. */
const anyKeys = fc
  .record({
    loose: fc.uniqueArray(anyKey, { maxLength: 150, size: 'max' }),
    top: fc.constantFrom('', 'landing/', '/', 'ä//'),
    wide: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    leaves: fc.integer({ min: 1, max: 30 }),
  })
  .map(({ loose, top, wide, leaves }) =>
    inByteOrder([...new Set([...loose, ...tree(top, [...wide, leaves])])]),
  );

function tree(top: string, [width = 0, ...rest]: readonly number[]): string[] {
  const names = Array.from({ length: width }, (_, i) => `${top}n=${i}`);
  return rest.length === 0 ? names : names.flatMap((name) => tree(`${name}/`, rest));
}

type Asked = { readonly prefix?: string; readonly after?: string | undefined; readonly most?: number };

/** The keys, and the error in place of the rest. */
async function listed({ client }: ListedBucket, { prefix = '', after, most = Infinity }: Asked = {}) {
  const keys: string[] = [];
  try {
    for await (const { key } of listObjects(client, 'b', prefix, after)) {
      keys.push(key);
      if (keys.length === most) break;
    }
  } catch (error) {
    return { keys, error };
  }
  return { keys };
}

const anyBucket = fc.record({
  keys: anyKeys,
  pageKeys: fc.integer({ min: 1, max: 4 }),
  listsFolderAround: fc.boolean(),
});

const pagesOf = (keys: number, pageKeys: number) => Math.max(1, Math.ceil(keys / pageKeys));

describe('listObjects', () => {
  it('lists each object once, in the order of bytes, below any prefix and behind any key', async () => {
    const prefixes = fc.constantFrom('', 'a', 'a/', 'landing', 'landing/', '/', 'ä/', 'ä//n=1');
    const afters = fc.option(anyKey, { nil: undefined });
    await fc.assert(
      fc.asyncProperty(anyBucket, prefixes, afters, fc.scheduler(), async (bucket, prefix, after, s) => {
        const fake = listedBucket(bucket.keys, { ...bucket, before: () => s.schedule(Promise.resolve()) });
        const { keys } = await s.waitFor(listed(fake, { prefix, after }));
        const isBehind = (key: string) =>
          after === undefined || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
        expect(keys).toEqual(bucket.keys.filter((key) => key.startsWith(prefix) && isBehind(key)));
        expect(fake.underWay().now).toBe(0);
        expect(fake.underWay().most).toBeLessThanOrEqual(8);
        const pages = pagesOf(keys.length, bucket.pageKeys);
        if (pages <= 10 || after !== undefined) expect(fake.requests).toHaveLength(pages);
        else expect(fake.requests.length).toBeLessThanOrEqual(3 * pages);
      }),
      { numRuns: 300 },
    );
  });

  it('ends the requests of a caller who stops, and asked for no more ahead than that one took', async () => {
    await fc.assert(
      fc.asyncProperty(anyBucket, fc.nat(), fc.scheduler(), async (bucket, n, s) => {
        const fake = listedBucket(bucket.keys, { ...bucket, before: () => s.schedule(Promise.resolve()) });
        const most = 1 + (n % (bucket.keys.length || 1));
        const { keys } = await s.waitFor(listed(fake, { most }));
        expect(keys).toEqual(bucket.keys.slice(0, most));
        expect(fake.underWay().now).toBe(0);
        const asked = fake.requests.length;
        await s.waitAll();
        expect(fake.requests).toHaveLength(asked);
        const pages = pagesOf(keys.length, bucket.pageKeys);
        if (pages <= 10) expect(asked).toBe(pages);
        else expect(asked).toBeLessThanOrEqual(4 * pages);
      }),
      { numRuns: 300 },
    );
  });

  it('throws the error of a page in its place, with nothing under way; folders that cannot be asked for are no error', async () => {
    await fc.assert(
      fc.asyncProperty(anyBucket, fc.nat({ max: 60 }), fc.scheduler(), async (bucket, failing, s) => {
        const broken = new Error('broken');
        const before = async (_: unknown, n: number) => {
          await s.schedule(Promise.resolve());
          if (n === failing) throw broken;
        };
        const fake = listedBucket(bucket.keys, { ...bucket, before });
        const { keys, error } = await s.waitFor(listed(fake));
        const failed = fake.requests[failing];
        const isPage = failed !== undefined && failed.Delimiter === undefined;
        expect(error).toBe(isPage ? broken : undefined);
        expect(keys).toEqual(bucket.keys.slice(0, isPage ? keys.length : undefined));
        expect(fake.underWay().now).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [20, 20],
    [200, 128],
  ])('asks a slow caller for few pages ahead: after %i pages for %i', async (taken, ahead) => {
    const fake = listedBucket(tree('events/', [600, 10]), { pageKeys: 10 });
    let keys = 0;
    for await (const _ of listObjects(fake.client, 'b', '')) {
      await new Promise(setImmediate);
      keys += 1;
      if (keys === taken * 10) break;
    }
    // A part has about eight pages, and one of them may be asked for twice.
    expect(fake.requests.length).toBeLessThanOrEqual((taken + ahead) * 1.25 + 2);
  });

  // 3,000 keys, 10 a page: 300 requests one after the other.
  it.each([
    ['a folder for each day', tree('landing/events/', [300, 10]), 375, 100],
    ['years, months and days', tree('landing/billing/', [3, 10, 10, 10]), 400, 105],
    ['a few large folders, each of its own depth', tree('', [3, 1, 1, 1000]), 312, 195],
    ['many folders of a few pages', tree('landing/', [100, 30]), 345, 82],
    ['very many folders of three files', tree('landing/', [1000, 3]), 302, 302],
    ['one folder, then very many of a file', [...tree('a/', [1050]), ...tree('b/', [500, 1])], 160, 110],
    ['one folder', tree('landing/events/', [3000]), 302, 302],
    ['a folder for each file', tree('landing/', [3000, 1]), 302, 302],
  ])('%s: few more requests, and most at once', async (_, keys, mostRequests, mostRounds) => {
    let rounds = 0;
    let round: Promise<void> | undefined;
    const before = () => {
      round ??= new Promise(setImmediate).then(() => {
        round = undefined;
        rounds += 1;
      });
      return round;
    };
    const fake = listedBucket(keys, { pageKeys: 10, before });
    expect((await listed(fake)).keys).toEqual(inByteOrder(keys));
    expect(fake.requests.length).toBeLessThanOrEqual(mostRequests);
    expect(rounds).toBeLessThanOrEqual(mostRounds);
  });
});
