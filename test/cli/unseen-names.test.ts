import { mkdir, readdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sluice, startSluice } from './harness.ts';
import { CONTRACT, makeShop, TAKINGS } from './shop.ts';
import { json, ONE, TWO, threeDays } from './three-days.ts';

describe('links and names', () => {
  it('a source that became a link out of landing keeps its rows, and the link is named', async () => {
    const shop = await threeDays();
    await sluice(['sync', ...shop.places]);
    await rename(join(shop.landing, TWO), join(shop.folder, 'aside.csv'));
    await symlink(join(shop.folder, 'aside.csv'), join(shop.landing, TWO));
    const problem = `it is a link to ${join(shop.folder, 'aside.csv')}, outside ${shop.landing}, and is not followed: put the files themselves here`;
    const synced = json(await sluice(['sync', '--format', 'json', '--prune', ...shop.places]));
    expect(synced).toMatchObject({
      code: 1,
      unseen: [{ key: TWO, problem }],
      vanished: [],
      totals: { unchanged: 2, withdrawn: 0 },
    });
    const keyed = await sluice(['sync', '--format', 'json', '--keys', '-', ...shop.places], {
      input: `${TWO}\n${ONE}\n`,
    });
    expect(json(keyed)).toMatchObject({
      code: 1,
      unseen: [{ key: TWO, problem: `cannot read ${join(shop.landing, TWO)}: ${problem}.` }],
      absent: [],
      totals: { unchanged: 1 },
    });
    expect(json(await sluice(['certify', '--format', 'json', ...shop.places]))).toMatchObject({
      code: 1,
      unseen: [{ key: TWO }],
    });
    expect(json(await sluice(['status', '--format', 'json', ...shop.places]))).toMatchObject({
      code: 1,
      unseen: [{ key: TWO }],
    });
  });

  it('a rebuild and a sweep that cannot see a source change nothing of it', async () => {
    const shop = await threeDays();
    await sluice(['sync', ...shop.places]);
    await shop.write(TWO, 'nothing,known\n1,2\n');
    expect((await sluice(['sync', ...shop.places])).code).toBe(3);
    const report = join(shop.lake, 'files', 'sales', TWO);
    const before = await readdir(report);
    expect(before).toHaveLength(2);
    await rename(join(shop.landing, TWO), join(shop.folder, 'aside.csv'));
    await symlink(join(shop.folder, 'aside.csv'), join(shop.landing, TWO));
    const rebuilt = await sluice(['rebuild', 'sales', '--yes', ...shop.places]);
    expect(rebuilt.code).toBe(1);
    expect(rebuilt.err).toContain(`${TWO}: it is a link to ${join(shop.folder, 'aside.csv')}`);
    const longAgo = new Date(Date.now() - 30 * 24 * 3600 * 1000);
    for (const name of before) await utimes(join(report, name), longAgo, longAgo);
    const swept = await sluice(['maintain', ...shop.places]);
    expect(swept).toMatchObject({ code: 0, out: expect.stringContaining('Deleted 0 files') });
    expect(await readdir(report)).toEqual(before);
    expect(json(await sluice(['status', '--format', 'json', ...shop.places]))).toMatchObject({
      datasets: [{ files: 3 }],
    });
  });

  it('a name that is no text is named by sync, status and certify, and by none of them taken for a file', async () => {
    const shop = await threeDays();
    const folder = join(shop.landing, 'shop', 'day=2024-01-01');
    await writeFile(
      Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.csv')]),
      'till\n',
    );
    const key = 'shop/day=2024-01-01/caf\\xE9.csv';
    for (const verb of ['sync', 'status', 'certify']) {
      const answer = json(await sluice([verb, '--format', 'json', ...shop.places]));
      expect(answer, verb).toMatchObject({
        code: 1,
        unseen: [{ key, problem: expect.stringContaining('rename it') }],
      });
      expect((await sluice([verb, ...shop.places])).out, verb).toContain(`  ${key}: its name is not UTF-8`);
    }
  });

  it('names that are texts are told apart by every verb, whatever is in them', async () => {
    const shop = await makeShop();
    const day = 'shop/day=2024-01-01/';
    const names = [
      'é.csv'.normalize('NFC'),
      'é.csv'.normalize('NFD'),
      'A.csv',
      'a.csv',
      'new\nline.csv',
      'bell\u0007.csv',
      'blank .csv',
      ' .csv',
      `${'n'.repeat(251)}.csv`,
      '%41.csv',
    ];
    for (const [i, name] of names.entries()) await shop.sell(day + name, `t${i},${i + 1}`, 't,x');
    const keys = names.map((name) => day + name).sort();
    const synced = json(await sluice(['sync', '--format', 'json', ...shop.places]));
    expect(synced).toMatchObject({ code: 0, totals: { accepted: names.length }, unseen: [] });
    expect(synced.files.map(({ source }: { source: string }) => source).sort()).toEqual(keys);
    const certified = json(await sluice(['certify', '--format', 'json', ...shop.places]));
    expect(certified).toMatchObject({
      code: 0,
      totals: { accepted: names.length, quarantined: names.length },
    });
    const rejects = JSON.parse((await sluice(['rejects', '--format', 'json', ...shop.places])).out);
    expect(rejects.map(({ source }: { source: string }) => source).sort()).toEqual(keys);
    for (const name of names) {
      const rows = JSON.parse(
        (await sluice(['rejects', day + name, '--format', 'json', ...shop.places])).out,
      );
      expect(rows, name).toMatchObject([{ line: 3, raw: 't,x' }]);
    }
    expect(json(await sluice(['status', '--format', 'json', ...shop.places]))).toMatchObject({
      code: 0,
      datasets: [{ files: names.length, waiting: 0, vanished: 0 }],
    });
    expect((await sluice(['sync', ...shop.places])).out).toContain(`${names.length} files unchanged`);
  });

  it('a key that is too long for S3 is none for a folder', async () => {
    const shop = await makeShop();
    const [resource] = CONTRACT.resources;
    await shop.define({ name: 'shop', resources: [{ ...resource, path: 'shop/**/*.csv' }] }, TAKINGS);
    const key = `shop/day=2024-01-01/${`${'d'.repeat(200)}/`.repeat(7)}a.csv`;
    await shop.sell(key, 'north,1', 'south,x');
    expect(json(await sluice(['sync', '--format', 'json', ...shop.places]))).toMatchObject({
      code: 0,
      totals: { accepted: 1 },
    });
    expect(json(await sluice(['certify', '--format', 'json', ...shop.places]))).toMatchObject({
      code: 0,
      certified: true,
    });
    expect(JSON.parse((await sluice(['rejects', key, '--format', 'json', ...shop.places])).out)).toHaveLength(
      1,
    );
  });
});

describe('start', () => {
  it('names what cannot be seen at its start and what comes to it, once, and follows the rest', async () => {
    const shop = await makeShop();
    const day = join(shop.landing, 'shop', 'day=2024-01-01');
    await mkdir(day, { recursive: true });
    await symlink('nowhere', join(day, 'broken.csv'));
    const running = startSluice(['start', ...shop.places], shop.folder);
    await running.line(/^Parts of landing that cannot be read/);
    await running.line(/^ {2}shop\/day=2024-01-01\/broken\.csv: it is a link to nowhere/);
    await running.line(/^Watching /);
    await symlink(join(shop.folder, 'schemas'), join(day, 'out'));
    await shop.sell('shop/day=2024-01-01/real.csv', 'north,1');
    await running.line(/^sales day=2024-01-01 accepted 1 row/);
    await symlink('real.csv', join(day, 'link.csv'));
    // By a later sweep, which saw the other link as well.
    expect(await running.line(/^sales/)).toMatch(/^sales day=2024-01-01 accepted 1 row/);
    running.process.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code).toBe(0);
    expect(err.split('\n').filter((line) => line.startsWith('warning'))).toEqual([
      `warning: shop/day=2024-01-01/out: it is a link to ${join(shop.folder, 'schemas')}, outside ${shop.landing}, and is not followed: put the files themselves here`,
    ]);
  });
});
