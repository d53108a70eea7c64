// `sluice init`: what it writes, and that it writes over nothing.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { testTemp } from '../support/temp.ts';
import { sluice } from './harness.ts';

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('a new project', () => {
  it('has settings, an example with a test, a README of one screen, and workflows', async () => {
    const folder = join(testTemp(), 'Bücher & Ränge');
    const { code, out, err } = await sluice(['init', folder]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('npx sluice start');
    expect(filesOf(folder)).toEqual([
      '.github/workflows/sluice.yml',
      '.gitignore',
      'README.md',
      'package.json',
      'schemas/example/datapackage.json',
      'schemas/example/insights/revenue_daily.sql',
      'schemas/example/samples/orders/date=2024-05-01/shop.csv',
      'schemas/example/samples/orders/date=2024-05-02/shop.csv',
      'schemas/example/tests/refused-rows/expected/orders.csv',
      'schemas/example/tests/refused-rows/expected/refused.csv',
      'schemas/example/tests/refused-rows/expected/revenue_daily.csv',
      'schemas/example/tests/refused-rows/landing/orders/date=2024-05-01/shop.csv',
      'schemas/example/tests/refused-rows/landing/orders/date=2024-05-02/shop.csv',
      'sluice.yaml',
    ]);
    expect(parse(read(folder, 'sluice.yaml'))).toBeNull();
    expect(read(folder, 'README.md').split('\n').length).toBeLessThan(40);
    // The package is not on npm: a name that anybody may take there is not asked for.
    expect(JSON.parse(read(folder, 'package.json'))).toEqual({
      name: 'bucher-range',
      private: true,
      type: 'module',
      scripts: { start: 'sluice start', test: 'sluice test' },
    });
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(out).toContain(`npm install ./sluice-${version}.tgz\n`);
    for (const file of filesOf(folder)) expect(read(folder, file), file).not.toMatch(/(?<!\$)\{\{/);
  });

  it('passes its own test, and each settings line that is commented out is the default', async () => {
    const folder = testTemp();
    await sluice(['init', folder]);
    expect(await sluice(['test'], { folder })).toMatchObject({ code: 0 });
    const settings = join(folder, 'sluice.yaml');
    const before = await sluice(['start', '--once'], { folder });
    expect(before).toMatchObject({ code: 0, out: expect.stringContaining('Copied 2 sample files') });
    writeFileSync(settings, read(settings).replace(/^# (landing|lake|schemas):/gm, '$1:'));
    expect(parse(read(settings))).toEqual({
      landing: '.lake/landing',
      lake: '.lake/lake',
      schemas: 'schemas',
    });
    expect(await sluice(['sync'], { folder })).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 files unchanged'),
    });
  });

  it('--aws adds a CDK app, and what it needs to package.json', async () => {
    const folder = testTemp();
    const { out } = await sluice(['init', '--aws', folder]);
    expect(filesOf(folder)).toEqual(
      expect.arrayContaining(['bin/app.ts', 'cdk.json', '.github/workflows/deploy.yml']),
    );
    expect(read(folder, 'bin/app.ts')).toContain("from 'sluice/cdk'");
    const { devDependencies } = JSON.parse(read('package.json')) as {
      devDependencies: Record<string, string>;
    };
    const tools = ['aws-cdk', 'aws-cdk-lib', 'constructs', 'tsx'];
    expect(JSON.parse(read(folder, 'package.json'))).toMatchObject({
      devDependencies: Object.fromEntries(tools.map((tool) => [tool, devDependencies[tool]])),
    });
    expect(out).toContain('npx cdk synth');
  });
});

describe('what is there stays', () => {
  it('each file, byte for byte, a link that leads nowhere among them; again, and it writes nothing', async () => {
    const folder = testTemp();
    writeFileSync(join(folder, 'README.md'), 'mine');
    writeFileSync(join(folder, 'package.json'), '{ "dependencies": { "sluice": "9.9.9" } }');
    symlinkSync(join(folder, 'nowhere'), join(folder, 'sluice.yaml'));
    const { code, out } = await sluice(['init', folder]);
    expect(code).toBe(0);
    expect(out).toMatch(/and not changed:\n {2}README\.md\n {2}package\.json\n {2}sluice\.yaml\n/);
    expect(read(folder, 'README.md')).toBe('mine');
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
    const before = filesOf(folder);
    expect((await sluice(['init', folder])).out).not.toContain('Created');
    expect(filesOf(folder)).toEqual(before);
  });

  it('where there are packages, no example joins them', async () => {
    const folder = testTemp();
    mkdirSync(join(folder, 'schemas/own'), { recursive: true });
    await sluice(['init', folder]);
    expect(readdirSync(join(folder, 'schemas'))).toEqual(['own']);
  });

  it('a package.json of one’s own is told what it lacks', async () => {
    const folder = testTemp();
    writeFileSync(join(folder, 'package.json'), '{ "devDependencies": { "tsx": "1.0.0" } }');
    const { out } = await sluice(['init', '--aws', folder]);
    expect(out).toMatch(/npm install \.\/sluice-[\d.]+\.tgz\n/);
    expect(out).toMatch(
      /npm install --save-dev --save-exact aws-cdk@[\d.]+ aws-cdk-lib@[\d.]+ constructs@[\d.]+\n/,
    );
    writeFileSync(join(folder, 'package.json'), 'rubbish');
    expect(await sluice(['init', folder])).toMatchObject({
      code: 0,
      out: expect.stringContaining('npm install ./sluice-'),
    });
  });
});

it('says where it cannot write', async () => {
  const folder = testTemp();
  writeFileSync(join(folder, 'file'), '');
  expect(await sluice(['init', join(folder, 'file/project')])).toMatchObject({
    code: 1,
    err: expect.stringContaining(`cannot write ${join(folder, 'file/project')}`),
  });
  if (process.getuid?.() === 0) return;
  chmodSync(folder, 0o500);
  expect(await sluice(['init', folder])).toMatchObject({ code: 1, err: expect.stringContaining('EACCES') });
});
