// The stack that `npm run localstack` deploys, remembered in a file, so that `put` finds its landing bucket.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { s3Client } from '../lib/adapters/aws-clients.ts';
import { s3Store } from '../lib/adapters/s3-store.ts';
import { deployStack, type StackOutputs } from './deploy.ts';
import { EMULATORS_FOLDER, emulatorEnvironment } from './emulators.ts';

type Deployed = { readonly endpoint: string; readonly outputs: StackOutputs };

const FILE = join(EMULATORS_FOLDER, 'run', 'stack.json');
const STAGE = 'dev';

/** Throws where the CDK fails. */
export async function deployTo(endpoint: string): Promise<StackOutputs> {
  process.stderr.write('Deploying the stack …\n');
  const outputs = await deployStack({ endpoint, stage: STAGE });
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify({ endpoint, outputs }, null, 2)}\n`);
  return outputs;
}

/**
 * Puts the files below `folder` into landing, under their paths there, in that order. Returns how many and where. Throws where
 * there is no stack, or no such folder.
 */
export async function putIntoLanding(folder: string): Promise<{ files: number; place: string }> {
  if (!existsSync(FILE)) throw new Error('There is no stack yet: "npm run localstack" deploys it.');
  if (!(await stat(folder).catch(() => undefined))?.isDirectory())
    throw new Error(`${folder} is no folder: put takes one, whose files' paths become the keys.`);
  const { endpoint, outputs } = JSON.parse(readFileSync(FILE, 'utf8')) as Deployed;
  const environment = emulatorEnvironment(endpoint);
  Object.assign(process.env, environment);
  const store = s3Store({ client: s3Client(environment), bucket: outputs.LandingBucket, scratch: tmpdir() });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const path of paths.sort())
    await store.write(path.slice(join(folder, '/').length).replaceAll('\\', '/'), await readFile(path));
  return { files: paths.length, place: store.location };
}
