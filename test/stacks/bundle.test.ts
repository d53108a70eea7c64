// The functions' bundle as it is deployed: its size, and that a process which has nothing but the bundle can run it.
import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleFunctions } from '../../lib/stacks/bundle.ts';
import { loadDefinitions } from '../../lib/stacks/definitions.ts';
import { bindingFolder, fetchBinding, type Platform } from '../../lib/stacks/native-binding.ts';
import { testTemp, useTemp } from '../support/temp.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: the code, unzipped. */
const LAMBDA_BYTES = 250 * 1024 * 1024;
const HOST: Platform = `${process.platform}-${process.arch}`;

const bundle = useTemp();
beforeAll(async () =>
  bundleFunctions({ definitions: await loadDefinitions('schemas'), platform: HOST }, bundle),
);

const filesOf = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' });
const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
  SLUICE_STAGE: 'test',
  SLUICE_LANDING_BUCKET: 'landing',
  SLUICE_LAKE_BUCKET: 'lake',
  // Nothing listens there.
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  SLUICE_FILES_QUEUE_URL: 'http://127.0.0.1:9/files',
  SLUICE_REFRESH_QUEUE_URL: 'http://127.0.0.1:9/refresh.fifo',
  SLUICE_PAGE_QUEUE_URL: 'http://127.0.0.1:9/page.fifo',
  SLUICE_FILES_DLQ_URL: 'http://127.0.0.1:9/files-dead',
  SLUICE_REFRESH_DLQ_URL: 'http://127.0.0.1:9/refresh-dead.fifo',
  SLUICE_MAX_SOURCE_BYTES: '1000000',
  SLUICE_DISK_MB: '512',
};

/** Calls a handler in a process of its own, outside this repository and without a home. */
async function invoke(
  name: string,
  event: object,
  environment: NodeJS.ProcessEnv = ENVIRONMENT,
  folder = bundle,
) {
  const script = `
    const { handler } = await import(${JSON.stringify(join(folder, `${name}.mjs`))});
    const context = { getRemainingTimeInMillis: () => 60000, functionName: 'f', awsRequestId: 'r', memoryLimitInMB: '1024' };
    console.log('answer ' + JSON.stringify(await handler(${JSON.stringify(event)}, context)));
    console.log('engine ' + Object.keys(require.cache).some((path) => path.endsWith('.node')));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createRequire } from 'node:module'; const require = createRequire('/');${script}`,
    ],
    { cwd: tmpdir(), env: environment },
  );
  return {
    answer: JSON.parse(/^answer (.*)$/m.exec(stdout)?.[1] ?? 'null') as unknown,
    opened: /^engine (.*)$/m.exec(stdout)?.[1] === 'true',
  };
}

const message = (body: object | string) => ({
  messageId: 'm',
  receiptHandle: 'r',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  attributes: { ApproximateReceiveCount: '1' },
});

/** https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html: `e_machine` of the two that Lambda runs. */
const ELF_MACHINES: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64' };

function requireFits(folder: string): void {
  const bytes = filesOf(folder).reduce((sum, file) => {
    const stats = statSync(join(folder, file));
    return sum + (stats.isFile() ? stats.size : 0);
  }, 0);
  expect(bytes, `the bundle has ${(bytes / 1024 / 1024).toFixed(1)} MB unzipped`).toBeLessThan(
    LAMBDA_BYTES / 2,
  );
}

/** Undefined, after saying so, where the registry is out of reach; in CI that is a failure. */
function fetched(platform: Platform): string | undefined {
  try {
    return fetchBinding(platform);
  } catch (error) {
    if (process.env.CI) throw error;
    console.warn(`NOT TESTED: the bundle for ${platform}, which is the default. ${(error as Error).message}`);
    return undefined;
  }
}

test('it fits into Lambda with room to spare', () => requireFits(bundle));

test("the default architecture's fits as well, and its binaries are of that architecture", async ({
  skip,
}) => {
  const platform = 'linux-arm64';
  if (fetched(platform) === undefined) skip(`the binding for ${platform} cannot be fetched`);
  const folder = testTemp();
  bundleFunctions({ definitions: await loadDefinitions('schemas'), platform }, folder);
  requireFits(folder);
  const binaries = filesOf(folder).filter((name) => /\.(?:node|so)$/.test(name));
  expect(binaries.length).toBeGreaterThan(0);
  for (const name of binaries)
    expect([name, ELF_MACHINES[readFileSync(join(folder, name)).readUInt16LE(18)]]).toEqual([name, 'arm64']);
});

test('it holds definitions and the page, and neither samples nor another platform', () => {
  const names = filesOf(bundle);
  expect(names).toContain(join('page', 'index.html'));
  expect(names).toContain(join('schemas', 'billing', 'datapackage.json'));
  expect(names).toContain(join('schemas', 'billing', 'insights', 'spend_by_month.sql'));
  expect(names.filter((name) => name.includes('samples'))).toEqual([]);
  expect(readdirSync(join(bundle, 'node_modules/@duckdb')).sort()).toEqual([
    'node-bindings',
    `node-bindings-${HOST}`,
  ]);
});

describe('a process with the bundle alone', () => {
  const event = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'landing' };
  const acknowledged = { answer: { batchItemFailures: [] } };

  test("has the definitions bound already, and acknowledges S3's test event without the engine", async () => {
    expect(await invoke('ingest', { Records: [message(event)] })).toEqual({ ...acknowledged, opened: false });
  });

  test.each([
    ['is damaged', (text: string) => text.replace('billing', 'fulfilling')],
    ['is of another program', (text: string) => text.replace(/^\w/, (first) => (first === '0' ? '1' : '0'))],
    ['is empty', () => ''],
  ])('binds them itself where what was bound %s', async (_, changed) => {
    const folder = testTemp();
    cpSync(bundle, folder, { recursive: true });
    const bound = join(folder, 'bound-definitions.txt');
    writeFileSync(bound, changed(readFileSync(bound, 'utf8')));
    expect(await invoke('ingest', { Records: [message(event)] }, ENVIRONMENT, folder)).toEqual({
      ...acknowledged,
      opened: true,
    });
  });

  test('binds them itself where they are others than were bound', async () => {
    const folder = testTemp();
    cpSync(bundle, folder, { recursive: true });
    appendFileSync(join(folder, 'schemas/billing/insights/spend_by_month.sql'), '\n-- changed');
    expect(await invoke('ingest', { Records: [message(event)] }, ENVIRONMENT, folder)).toEqual({
      ...acknowledged,
      opened: true,
    });
  });

  test('a body that is not a message is returned as failed', async () => {
    const { answer } = await invoke('aggregate', { Records: [message('?')] });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm' }] });
  });

  test('says which setting is missing', async () => {
    const { SLUICE_LAKE_BUCKET: _, ...others } = ENVIRONMENT;
    await expect(invoke('maintain', {}, others)).rejects.toThrow('SLUICE_LAKE_BUCKET is not set');
  });
});

test('a binding that is not on this machine is asked for by its command', () => {
  expect(() => bindingFolder('linux-riscv64')).toThrow('npm run bindings -- riscv64');
});
