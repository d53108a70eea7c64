import { expect, it } from 'vitest';
import { memoryStore } from '../../lib/adapters/memory-store.ts';
import { Changes } from '../../lib/local/changes.ts';
import { LandingSweep, sweepLanding } from '../../lib/local/landing-sweep.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function swept() {
  const landing = memoryStore({ clock: () => new Date(0), scratch: '.' });
  await landing.write('here.csv', bytes('a\n1\n'));
  await landing.write('goes.csv', bytes('a\n1\n'));
  const sweep = new LandingSweep(landing);
  await sweep.begin();
  return { landing, sweep };
}

it('finds nothing where nothing changed', async () => {
  const { sweep } = await swept();
  expect(await sweep.missed()).toEqual([]);
  expect(await sweep.missed()).toEqual([]);
});

it('finds a new, a changed and a deleted key when they have stood still for one sweep', async () => {
  const { landing, sweep } = await swept();
  await landing.write('new.csv', bytes('a\n'));
  await landing.write('here.csv', bytes('a\n2\n'));
  await landing.remove(['goes.csv']);
  expect(await sweep.missed()).toEqual([]);
  await landing.write('new.csv', bytes('a\n1\n2\n'));
  expect((await sweep.missed()).sort()).toEqual(['goes.csv', 'here.csv']);
  expect(await sweep.missed()).toContain('new.csv');
});

it('leaves alone what was settled, and finds what changed after that', async () => {
  const { landing, sweep } = await swept();
  await landing.write('new.csv', bytes('a\n'));
  await landing.remove(['goes.csv']);
  await sweep.settle(['new.csv', 'goes.csv']);
  await sweep.missed();
  expect(await sweep.missed()).toEqual([]);
  await landing.write('new.csv', bytes('a\n1\n'));
  await sweep.missed();
  expect(await sweep.missed()).toEqual(['new.csv']);
});

it('ends at once when the changes are stopped', async () => {
  const { sweep } = await swept();
  const changes = new Changes();
  const failed = (error: unknown) => {
    throw error;
  };
  const sweeping = sweepLanding(sweep, changes, { failed, unseen: failed, require: async () => {} });
  changes.stop();
  await sweeping;
  expect(await changes.take(0)).toBeUndefined();
});
