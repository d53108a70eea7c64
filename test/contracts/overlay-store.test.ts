// The overlay keeps the port's promises over an empty store and over a full one, and never changes the one below.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../lib/adapters/memory-store.ts';
import { TryAgainError } from '../../lib/errors.ts';
import { overlayStore } from '../../lib/inspect/overlay-store.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { keysBelow } from '../support/store-copy.ts';
import { testTemp } from '../support/temp.ts';
import { bytes, objectStoreContract, text } from './object-store.ts';

/** Takes every key, as S3 does, and refuses every write. */
function emptyBelow(): ObjectStore {
  const refuse = async () => {
    throw new Error('the store below was written to');
  };
  return {
    location: 'below',
    head: async () => undefined,
    async *list() {},
    read: async () => undefined,
    download: async () => undefined,
    downloadRanges: async () => undefined,
    readRange: (key) => {
      throw new TryAgainError(key);
    },
    ...{ write: refuse, create: refuse, upload: refuse, remove: refuse },
  };
}

objectStoreContract(
  'an overlay',
  async (folder) =>
    overlayStore({ below: emptyBelow(), folder: join(folder, 'overlay'), clock: () => new Date(0) }),
  { etag: 'write', keys: 'any' },
);

describe('an overlay over a store with objects', () => {
  const LOG = 'tables/t/_delta_log/';
  async function layers() {
    const folder = testTemp();
    const clock = () => new Date(0);
    const below = memoryStore({ clock, scratch: join(folder, 'scratch') });
    for (const key of ['a', 'b', 'c', `${LOG}0`, `${LOG}_last_checkpoint`])
      await below.write(key, bytes(`below ${key}`));
    return { below, over: overlayStore({ below, folder: join(folder, 'overlay'), clock }) };
  }

  it('shows what is below until it is written or removed above, and leaves it there', async () => {
    const { below, over } = await layers();
    await over.write('b', bytes('above'));
    await over.write('bb', bytes('new'));
    await over.remove(['c']);
    expect(await keysBelow(over, '')).toEqual(['a', 'b', 'bb', `${LOG}0`, `${LOG}_last_checkpoint`]);
    expect(await keysBelow(over, '', 'b')).toEqual(['bb', `${LOG}0`, `${LOG}_last_checkpoint`]);
    expect(text(await over.read('a'))).toBe('below a');
    expect(text(await over.read('b'))).toBe('above');
    expect(await over.read('c')).toBeUndefined();
    expect(await over.head('c')).toBeUndefined();
    expect(await over.download('c')).toBeUndefined();
    expect(await over.create('a', bytes('x'))).toBe(false);
    expect(await over.create('c', bytes('again'))).toBe(true);
    expect(text(await over.read('c'))).toBe('again');
    expect(below.keys()).toEqual(['a', 'b', 'c', `${LOG}0`, `${LOG}_last_checkpoint`]);
    expect(text(await below.read('b'))).toBe('below b');
  });

  it('parts from a log with its first entry there', async () => {
    const { below, over } = await layers();
    expect(await over.create(`${LOG}0`, bytes('x'))).toBe(false);
    expect(await over.create(`${LOG}1`, bytes('mine'))).toBe(true);
    await below.write(`${LOG}1`, bytes('theirs'));
    await below.write(`${LOG}2`, bytes('theirs'));
    expect(text(await over.read(`${LOG}1`))).toBe('mine');
    expect(await over.read(`${LOG}2`)).toBeUndefined();
    expect(await keysBelow(over, LOG)).toEqual([`${LOG}0`, `${LOG}1`]);
    expect(await over.create(`${LOG}2`, bytes('mine'))).toBe(true);
    await below.write('tables/u/_delta_log/0', bytes('theirs'));
    expect(text(await over.read('tables/u/_delta_log/0'))).toBe('theirs');
  });
});
