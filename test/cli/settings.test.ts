// Where a verb finds its locations: an option, the environment, sluice.yaml, a default; and mistakes in each.
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isStrangers } from '../../lib/local/config.ts';
import { testTemp } from '../support/temp.ts';
import { SCHEMAS, sluice, startSluice } from './harness.ts';

/** A project with two lakes' folders, all of them empty, and a package that takes nothing. */
function project(config: string): string {
  const folder = testTemp();
  for (const name of ['landing', 'other', 'deep/down']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'sluice.yaml'), config);
  return folder;
}

const synced = async (folder: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) => {
  const { code, out, err } = await sluice(['sync', '--format', 'json', ...args], { folder, environment });
  if (code !== 0) return { code, err };
  const { landing, lake } = JSON.parse(out) as { landing: string; lake: string };
  return { landing, lake };
};

describe('an option overrides the environment, the environment sluice.yaml, sluice.yaml a default', () => {
  it('sluice.yaml is found from the present folder upwards, and its paths are relative to it', async () => {
    const folder = project(`landing: landing\nlake: ./the lake\nschemas: ${JSON.stringify(SCHEMAS)}\n`);
    const found = { landing: join(folder, 'landing'), lake: join(folder, 'the lake') };
    expect(await synced(folder)).toEqual(found);
    expect(await synced(join(folder, 'deep/down'))).toEqual(found);
  });

  it('what it leaves out is a default in its folder', async () => {
    const folder = project(`landing: landing\nschemas: ${SCHEMAS}\n`);
    expect(await synced(join(folder, 'deep'))).toMatchObject({ lake: join(folder, '.lake/lake') });
  });

  it('the nearest one counts, whole', async () => {
    const folder = project(`landing: landing\nlake: lake\nschemas: ${SCHEMAS}\n`);
    writeFileSync(join(folder, 'deep/sluice.yaml'), `schemas: ${SCHEMAS}\n`);
    mkdirSync(join(folder, 'deep/.lake/landing'), { recursive: true });
    expect(await synced(join(folder, 'deep/down'))).toEqual({
      landing: join(folder, 'deep/.lake/landing'),
      lake: join(folder, 'deep/.lake/lake'),
    });
  });

  it('the environment, and an option over it; an empty variable is none', async () => {
    const folder = project(`landing: landing\nlake: lake\nschemas: ${SCHEMAS}\n`);
    const other = join(folder, 'other');
    const environment = { SLUICE_LANDING: other, SLUICE_LAKE: '', SLUICE_SCHEMAS: SCHEMAS };
    expect(await synced(folder, [], environment)).toEqual({ landing: other, lake: join(folder, 'lake') });
    const landing = join(folder, 'landing');
    expect(await synced(folder, ['--landing', landing], environment)).toMatchObject({ landing });
  });

  it('without any of them the folders below the present one', async () => {
    const folder = testTemp();
    const running = startSluice(['sync'], folder);
    expect(await running.ended).toMatchObject({
      code: 1,
      err: expect.stringContaining(`There is no landing folder ${join(folder, '.lake/landing')}`),
    });
  });

  it('a bucket does not go with the default of the other, wherever it was set', async () => {
    const folder = project(`lake: s3://a-lake/here\nschemas: ${SCHEMAS}\n`);
    expect(await synced(folder)).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        'lake is s3://a-lake/here, so pass --landing as well, or set landing in sluice.yaml',
      ),
    });
  });
});

describe('a mistake in sluice.yaml names its line', () => {
  it.each([
    [
      'lake: lake\nlandign: in',
      'sluice.yaml, line 2, landign: "landign" is not a property of the configuration. Did you mean "landing"?',
    ],
    ['lake: [a, b]', 'sluice.yaml, line 1, lake: it must be a text: correct it'],
    ['\nlake:', 'sluice.yaml, line 2, lake: it must be a text: correct it'],
    ["lake: ''", 'sluice.yaml, line 1, lake: it is empty: correct it'],
    ['- lake', 'sluice.yaml, line 1: it must be an object of properties'],
    [
      'lake: a\nlake: b',
      'sluice.yaml, line 2: the configuration is not YAML: Map keys must be unique. Correct it there',
    ],
    ['lake: "a', 'the configuration is not YAML'],
  ])('%j', async (text, message) => {
    expect(await synced(project(text))).toMatchObject({ code: 1, err: expect.stringContaining(message) });
  });

  it('an empty one, or one of comments, is all defaults', async () => {
    for (const text of ['', '# landing: here\n'])
      expect(await synced(project(text), ['--schemas', SCHEMAS])).toMatchObject({
        err: expect.stringMatching(/There is no landing folder .*\.lake\/landing: .* in sluice\.yaml/),
      });
  });

  it('a folder of its name cannot be read, and that is said', async () => {
    const folder = testTemp();
    mkdirSync(join(folder, 'sluice.yaml'));
    expect(await synced(folder)).toMatchObject({
      code: 1,
      err: expect.stringContaining('sluice.yaml cannot be read'),
    });
  });

  it.skipIf(process.getuid?.() !== 0)('one of another user, above, runs nothing of theirs', async () => {
    const folder = project(`schemas: ${SCHEMAS}\nnotify:\n  command: [touch, ran]\n`);
    const mine = join(folder, 'deep/down');
    chownSync(join(folder, 'sluice.yaml'), 1234, 1234);
    chmodSync(folder, 0o1777);
    expect(await synced(mine)).toEqual({
      code: 1,
      err: expect.stringMatching(/sluice\.yaml belongs to another user \(1234\), .* not used/),
    });
    // Whoever works in the folder of theirs has chosen it.
    chownSync(folder, 1234, 1234);
    expect(await synced(folder, ['--landing', join(folder, 'landing')])).toMatchObject({
      lake: join(folder, '.lake/lake'),
    });
  });

  it.each([
    ['mine', 1, { uid: 1, mode: 0o777 }, false],
    ["the administrator's, in a folder of theirs", 0, { uid: 2, mode: 0o777 }, false],
    ['of another user, where only I can write: I put it there', 2, { uid: 1, mode: 0o755 }, false],
    ['of another user, where all can write', 2, { uid: 0, mode: 0o1777 }, true],
    ['of another user, in a folder of theirs', 2, { uid: 2, mode: 0o755 }, true],
  ])('one that is %s', (_, uid, folder, expected) => {
    expect(isStrangers({ uid }, folder, new Set([0, 1]))).toBe(expected);
  });

  it('help needs no settings', async () => {
    expect(await sluice(['sync', '--help'], { folder: project('rubbish') })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Default: \$SLUICE_LAKE, else lake\s+in sluice\.yaml/),
    });
  });
});
