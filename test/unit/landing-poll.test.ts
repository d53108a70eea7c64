import { expect, it } from 'vitest';
import { memoryStore } from '../../lib/adapters/memory-store.ts';
import { Changes } from '../../lib/local/changes.ts';
import { LandingPoll, pollLanding } from '../../lib/local/landing-poll.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function swept() {
  const landing = memoryStore({ clock: () => new Date(0), scratch: '.' });
  await landing.write('here.csv', bytes('a\n1\n'));
  await landing.write('goes.csv', bytes('a\n1\n'));
  const poll = new LandingPoll(landing);
  await poll.begin();
  return { landing, poll };
}

it('finds nothing where nothing changed', async () => {
  const { poll } = await swept();
  expect(await poll.missed()).toEqual([]);
  expect(await poll.missed()).toEqual([]);
});

it('finds a new, a changed and a deleted key when they have stood still for one poll', async () => {
  const { landing, poll } = await swept();
  await landing.write('new.csv', bytes('a\n'));
  await landing.write('here.csv', bytes('a\n2\n'));
  await landing.remove(['goes.csv']);
  expect(await poll.missed()).toEqual([]);
  await landing.write('new.csv', bytes('a\n1\n2\n'));
  expect((await poll.missed()).sort()).toEqual(['goes.csv', 'here.csv']);
  expect(await poll.missed()).toContain('new.csv');
});

it('leaves alone what was settled, and finds what changed after that', async () => {
  const { landing, poll } = await swept();
  await landing.write('new.csv', bytes('a\n'));
  await landing.remove(['goes.csv']);
  await poll.settle(['new.csv', 'goes.csv']);
  await poll.missed();
  expect(await poll.missed()).toEqual([]);
  await landing.write('new.csv', bytes('a\n1\n'));
  await poll.missed();
  expect(await poll.missed()).toEqual(['new.csv']);
});

it('ends at once when the changes are stopped', async () => {
  const { poll } = await swept();
  const changes = new Changes();
  const failed = (error: unknown) => {
    throw error;
  };
  const polling = pollLanding(poll, changes, { failed, unseen: failed, require: async () => {} });
  changes.stop();
  await polling;
  expect(await changes.take(0)).toBeUndefined();
});
