// What is in landing and cannot be read: each verb names it and exits with a fault, the rest goes on, and nothing that the lake
// holds of it is taken for deleted.
import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { BIN } from './harness.ts';
import { asUser, asUsersProcess, json, ONE, ownAll, THREE, TWO, threeDays } from './three-days.ts';

describe.each([
  {
    what: 'a folder that cannot be read',
    mode: 0o000,
    verb: 'list',
    next: 'grant the current user permission',
  },
  {
    what: 'a folder that cannot be entered',
    mode: 0o600,
    verb: 'list',
    next: 'grant the current user permission',
  },
])('$what', ({ mode, verb, next }) => {
  it('is named itself, hides no other file, and loses no row', async () => {
    const shop = await threeDays();
    expect(await asUser(['sync', ...shop.places])).toMatchObject({ code: 0 });
    const closed = join(shop.landing, 'shop', 'day=2024-01-02');
    await chmod(closed, mode);
    await shop.sell('shop/day=2024-01-04/new.csv', 'north,4');
    await ownAll(join(shop.landing, 'shop', 'day=2024-01-04'));
    const problem = `cannot ${verb} ${closed} (EACCES): ${next}.`;
    const unseen = [{ key: 'shop/day=2024-01-02/', problem }];

    const synced = json(await asUser(['sync', '--format', 'json', '--prune', ...shop.places]));
    expect(synced).toMatchObject({
      code: 1,
      unseen,
      vanished: [],
      totals: { accepted: 1, unchanged: 2, withdrawn: 0 },
      deadLetters: [],
    });
    const said = await asUser(['sync', ...shop.places]);
    expect(said.code).toBe(1);
    expect(said.out).toContain(
      `Parts of landing that cannot be read (their rows in the lake are kept):\n  shop/day=2024-01-02/: ${problem}\n`,
    );
    const status = json(await asUser(['status', '--format', 'json', ...shop.places]));
    expect(status).toMatchObject({ code: 1, unseen, datasets: [{ files: 4, vanished: 0, waiting: 0 }] });
    expect((await asUser(['status', ...shop.places])).out).toContain(problem);
    const certified = json(await asUser(['certify', '--format', 'json', ...shop.places]));
    expect(certified).toMatchObject({
      code: 1,
      certified: false,
      unseen,
      problems: [],
      datasets: [{ vanished: [], states: { live: 3 } }],
    });
    expect((await asUser(['certify', ...shop.places])).out).toContain(
      'Not certified: 1 part of landing cannot be seen.',
    );
    await chmod(closed, 0o700);
    expect(json(await asUser(['sync', '--format', 'json', ...shop.places]))).toMatchObject({
      code: 0,
      unseen: [],
    });
  });
});

describe('a file that cannot be read', () => {
  // The other user may not write the compiled command line into node_modules.
  beforeAll(() => promisify(execFile)(process.execPath, [BIN, '--help']));

  it('is named with the next step, and the others go on', async () => {
    const shop = await threeDays();
    await chmod(join(shop.landing, TWO), 0o000);
    const synced = json(await asUsersProcess(['sync', '--format', 'json', ...shop.places], shop.folder));
    const error = `cannot read ${join(shop.landing, TWO)} (EACCES): grant the current user permission.`;
    expect(synced).toMatchObject({
      code: 1,
      totals: { accepted: 2 },
      deadLetters: [{ message: { source: TWO }, error }],
    });
    const status = await asUsersProcess(['status', ...shop.places], shop.folder);
    expect(status.out).toContain(`Failed (the next sync retries them):\n  ${TWO}: ${error}\n`);
    const certified = json(
      await asUsersProcess(['certify', '--format', 'json', ...shop.places], shop.folder),
    );
    expect(certified.datasets[0].objects).toMatchObject([
      { source: ONE, state: 'live' },
      { source: TWO, state: 'waiting' },
      { source: THREE, state: 'live' },
    ]);
    await chmod(join(shop.landing, TWO), 0o600);
    expect(
      json(await asUsersProcess(['sync', '--format', 'json', ...shop.places], shop.folder)),
    ).toMatchObject({
      code: 0,
      totals: { accepted: 1 },
      deadLetters: [],
    });
  });
});
