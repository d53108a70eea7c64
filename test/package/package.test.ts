// The package as its users have it: packed, installed into an empty folder whose name has a blank and an umlaut, and used there
// as the README says. Needs npm's registry, or its cache.
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTemp } from '../support/temp.ts';

const ROOT = join(import.meta.dirname, '../..');
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
const run = promisify(execFile);

type Said = { readonly out: string; readonly err: string };

/** As a shell would. What npm tells its scripts does not reach the commands. */
async function typed(folder: string, program: string, ...args: string[]): Promise<Said> {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:npm_|NODE_ENV$|VITEST|SLUICE_)/.test(name)),
  );
  const options = {
    cwd: folder,
    env: environment,
    maxBuffer: 64 * 1024 ** 2,
    shell: process.platform === 'win32',
  };
  const { stdout, stderr } = await run(program, args.map(quoted), options).catch(
    (error: Error & { stdout?: string; stderr?: string }) => {
      throw new Error(`${program} ${args.join(' ')}: ${error.message}\n${error.stdout}\n${error.stderr}`);
    },
  );
  return { out: stdout, err: stderr };
}

/** Through the shell that Windows needs for npm's commands. */
function quoted(argument: string): string {
  return process.platform === 'win32' && /\s/.test(argument) ? `"${argument}"` : argument;
}

const temp = useTemp();
const folder = join(temp, 'ä lake');
const project = join(folder, 'my-lake');
const tarball = join(temp, 'sluice.tgz');
const sluice = (...args: string[]) => typed(project, 'npx', 'sluice', ...args);

beforeAll(async () => {
  mkdirSync(folder);
  const { out } = await typed(ROOT, 'npm', 'pack', '--json', '--pack-destination', temp);
  const [packed] = JSON.parse(out.slice(out.indexOf('['))) as [{ filename: string }];
  renameSync(join(temp, packed.filename), tarball);
  await typed(folder, 'npm', 'install', ...QUIET, '../sluice.tgz');
  await typed(folder, 'npx', 'sluice', 'init', 'my-lake');
});

const packageFolder = join(folder, 'node_modules/sluice');
const filesOf = (where: string) =>
  readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(where.length + 1));

describe('the package', () => {
  it('is compiled, has types and maps, no tests, no pictures and no samples but the example’s, and less than a megabyte and a half, a fifth of it the page’s', () => {
    const files = filesOf(packageFolder);
    expect(files.filter((file) => /^(?:lib|functions|test|schemas|localstack)\//.test(file))).toEqual([
      'schemas/sluice.schema.json',
    ]);
    expect(files.filter((file) => /samples\//.test(file)).every((file) => file.startsWith('template/'))).toBe(
      true,
    );
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/sluice.js',
        'spark/sluice_job.py',
        'dist/sluice.js.map',
        'dist/cdk.js',
        'dist/page/index.html',
        'LICENSE',
      ]),
    );
    expect(files.filter((file) => file.endsWith('.d.ts')).length).toBeGreaterThan(20);
    expect(files.filter((file) => file.endsWith('.png'))).toEqual([]);
    expect(statSync(tarball).size).toBeLessThan(1_500_000);
  });

  it('installs no tool of its own making, and runs no script when it is installed', () => {
    const { scripts } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => name in scripts)).toEqual([]);
    for (const tool of ['vitest', 'typescript', 'tsx', 'aws-cdk-lib', '@biomejs', 'preact', 'echarts'])
      expect(existsSync(join(folder, 'node_modules', tool)), tool).toBe(false);
  });

  it('says nothing of the machine that it was packed on', () => {
    const telling = filesOf(join(packageFolder, 'dist')).filter((file) =>
      readFileSync(join(packageFolder, 'dist', file), 'utf8').includes(ROOT),
    );
    expect(telling).toEqual([]);
  });
});

describe('a new project', () => {
  it('runs its example, answers a query, and passes its own test', async () => {
    const started = await sluice('start', '--once');
    expect(started.out).toContain('Copied 2 sample files to .lake/landing');
    expect(started.out).toMatch(/2024-05-01 {2}DE {12}2 {3}125\.50/);
    const { out } = await sluice(
      'query',
      'SELECT country, revenue FROM revenue_daily ORDER BY ALL',
      '--format',
      'csv',
    );
    expect(out).toBe('country,revenue\r\nDE,125.50\r\nFI,0.30\r\nFI,19.90\r\nUS,64.00\r\n');
    expect((await sluice('test')).out).toContain('1 case passed, 0 failed');
    expect((await sluice('status')).out).not.toContain('sluice.yaml');
    expect((await sluice('page')).out).toMatch(/^Wrote the page to \.lake\/lake\/site: /);
    const assets = filesOf(join(packageFolder, 'dist/page'));
    for (const asset of assets)
      expect(readFileSync(join(project, '.lake/lake/site', asset))).toEqual(
        readFileSync(join(packageFolder, 'dist/page', asset)),
      );
  });
});

describe('files of one’s own', () => {
  it('are drafted, and become a table and an insight', async () => {
    mkdirSync(join(project, 'exports'));
    writeFileSync(join(project, 'exports/sales.csv'), 'Order No;Amount\n0001;1,50\n0002;2,25\n');
    const drafted = await sluice('draft', 'exports/sales.csv', '--write', 'sales');
    expect(drafted.out).toContain('Wrote schemas/sales/datapackage.json (contract)');
    expect(drafted.err).toContain('put such files into .lake/landing/sales');
    mkdirSync(join(project, '.lake/landing/sales'));
    renameSync(join(project, 'exports/sales.csv'), join(project, '.lake/landing/sales/sales.csv'));
    await sluice('sync');
    const { out } = await sluice(
      'query',
      'SELECT order_no, amount FROM sales ORDER BY ALL',
      '--format',
      'csv',
    );
    expect(out).toBe('order_no,amount\r\n0001,1.5000\r\n0002,2.2500\r\n');
  });
});

describe('programs', () => {
  it('import the use cases, and the Delta log', async () => {
    writeFileSync(
      join(project, 'program.mjs'),
      `import { openLake } from 'sluice';
import { openDeltaLog } from 'sluice/delta';
const lake = await openLake();
const { outcomes } = await lake.sync();
const rows = await lake.query('SELECT sum(revenue)::VARCHAR AS total FROM revenue_daily');
const { sources } = await lake.explain('revenue_daily', { partition: { date: '2024-05-01' } });
const [newest] = await lake.history('orders');
const { certified } = await lake.certify();
await lake.close();
const log = await openDeltaLog('.lake/lake/tables/orders');
const snapshot = await log.latest();
await log.close();
console.log(JSON.stringify({ outcomes: outcomes.length, rows, sources: sources.map((one) => one.source), newest: newest.version, certified, version: snapshot.version, files: snapshot.files.size }));
`,
    );
    await sluice('sync');
    const { out } = await typed(project, process.execPath, 'program.mjs');
    expect(JSON.parse(out)).toMatchObject({
      outcomes: 0,
      rows: [{ total: '209.70' }],
      sources: ['orders/date=2024-05-01/shop.csv'],
      files: 2,
    });
  });

  it('are checked against its types', async () => {
    writeFileSync(
      join(project, 'program.mts'),
      `import { openLake, type SyncResult } from 'sluice';
import { openDeltaLog } from 'sluice/delta';
const lake = await openLake({ landing: 'a', lake: 'b', schemas: 'c' });
const result: SyncResult = await lake.sync({ dataset: 'orders' });
const unchanged: number = result.unchanged;
// @ts-expect-error: it is a number
const wrong: string = result.unchanged;
const version: number | undefined = (await (await openDeltaLog('./lake/orders')).latest())?.version;
export { unchanged, version, wrong };
`,
    );
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--lib',
      'es2023,esnext.disposable',
    ];
    await typed(project, process.execPath, tsc, ...options, ...types, 'program.mts');
  });
});

describe('on AWS', () => {
  it('init --aws adds a CDK app that synthesises, over what is there', async () => {
    const { out } = await sluice('init', '--aws');
    expect(out).toContain('Already in this folder, and not changed:');
    const tools = /npm install --save-dev --save-exact (.*)/.exec(out)?.[1]?.split(' ') ?? [];
    expect(tools).toHaveLength(4);
    const file = join(project, 'package.json');
    const settings = JSON.parse(readFileSync(file, 'utf8')) as { dependencies: Record<string, string> };
    writeFileSync(file, JSON.stringify({ ...settings, dependencies: { sluice: `file:${tarball}` } }));
    await typed(project, 'npm', 'install', ...QUIET, '--save-dev', '--save-exact', ...tools);
    await typed(project, 'npx', 'cdk', 'synth', '--quiet', '-c', 'alarmEmail=data@example.org');
    const template = JSON.parse(readFileSync(join(project, 'cdk.out/Sluice-dev.template.json'), 'utf8')) as {
      Resources: Record<string, { Type: string; Properties: { Handler?: string } }>;
    };
    expect(JSON.stringify(template)).toContain('data@example.org');
    const handlers = Object.values(template.Resources).flatMap(({ Properties }) => Properties?.Handler ?? []);
    expect(handlers).toEqual(
      expect.arrayContaining(['ingest.handler', 'aggregate.handler', 'maintain.handler']),
    );
    await expect(typed(project, 'npx', 'cdk', 'synth', '--quiet', '-c', 'satge=x')).rejects.toThrow(
      /"-c satge=…": unknown setting\. Did you mean "stage"\?/,
    );
  });
});
