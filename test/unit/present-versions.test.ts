// What landing holds of many keys, told by pages of a listing: the same as a HEAD of each, in fewer requests.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryStore } from '../../lib/adapters/memory-store.ts';
import { presentVersions } from '../../lib/ingest/present-versions.ts';
import type { ObjectStore, ScratchFolder } from '../../lib/ports.ts';
import { tries } from '../support/tries.ts';

const PLAIN = { clock: () => new Date(0), scratch: '/nowhere' as ScratchFolder };

const segment = fc.constantFrom('a', 'b', 'é', '\u{1F600}', '\uFFFD', 'a b', '10', '9', 'A', '%');
const key = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));

test('each key is told as a HEAD tells it, whatever lies between', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(key, { maxLength: 120 }),
      fc.uniqueArray(key, { maxLength: 40 }),
      fc.integer({ min: 1, max: 50 }),
      async (there, asked, keysPerRequest) => {
        const store = memoryStore({ ...PLAIN, keysPerRequest });
        for (const name of there) await store.write(name, new TextEncoder().encode(name));
        const found = await presentVersions(store, asked);
        expect([...found.keys()].sort()).toEqual([...asked].sort());
        for (const name of asked) expect(found.get(name)).toEqual({ version: await store.head(name) });
      },
    ),
    tries(300),
  );
});

async function filled(count: number): Promise<ObjectStore> {
  const store = memoryStore({ ...PLAIN, keysPerRequest: 1000 });
  for (let n = 0; n < count; n++)
    await store.write(`in/${String(n).padStart(5, '0')}.csv`, new TextEncoder().encode('a'));
  return store;
}

function counting(store: ObjectStore, failing: readonly string[] = [], mayList = true) {
  const asked: string[] = [];
  const counted: ObjectStore = Object.assign(Object.create(store) as ObjectStore, {
    keysPerRequest: 1000,
    head: async (name: string) => {
      asked.push(name);
      if (failing.includes(name)) throw new Error(`no ${name}`);
      return store.head(name);
    },
    list: (prefix: string, after?: string) => {
      asked.push(`list ${prefix}`);
      if (!mayList) throw new Error('no permission to list');
      return store.list(prefix, after);
    },
  });
  return { counted, asked };
}

const names = (from: number, step: number, count: number) =>
  Array.from({ length: count }, (_, n) => `in/${String(from + n * step).padStart(5, '0')}.csv`);

test('many neighbours are one request, and few or distant ones a request each', async () => {
  const store = await filled(3000);
  const near = counting(store);
  await presentVersions(near.counted, names(1200, 1, 100));
  expect(near.asked).toEqual(['list in/012']);
  const few = counting(store);
  await presentVersions(few.counted, names(0, 1, 5));
  expect(few.asked).toEqual(names(0, 1, 5));
  const distant = counting(store);
  await presentVersions(distant.counted, names(0, 150, 20));
  expect(distant.asked).toHaveLength(1 + 20 - 7);
});

test('a key that cannot be looked at hinders no other, and whoever may not list looks at each', async () => {
  const store = await filled(20);
  const keys = names(0, 1, 20);
  const { counted } = counting(store, [keys[3] ?? ''], false);
  const found = await presentVersions(counted, keys);
  expect(found.get(keys[3] ?? '')).toEqual({ error: new Error(`no ${keys[3]}`) });
  expect(found.get(keys[4] ?? '')).toEqual({ version: await store.head(keys[4] ?? '') });
});
