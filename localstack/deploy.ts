// The stack on an emulator, by the CDK's own command line: bootstrap, deploy, destroy.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { emulatorEnvironment } from './emulators.ts';

export type Stage = { readonly endpoint: string; readonly stage: string };

/** The outputs of lib/stacks/sluice-stack.ts that scripts need. */
export type StackOutputs = Readonly<
  Record<
    | 'LandingBucket'
    | 'LakeBucket'
    | 'FilesQueueUrl'
    | 'RefreshQueueUrl'
    | 'FilesDeadLetterQueueUrl'
    | 'RefreshDeadLetterQueueUrl',
    string
  >
>;

const ROOT = join(import.meta.dirname, '..');
const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
/** Every emulator gives it to whoever asks. */
const ACCOUNT = '000000000000';

/** Deploys the stage's stack for this machine's architecture, or updates it. Throws, with what the CDK said, where that fails. */
export async function deployStack({ endpoint, stage }: Stage): Promise<StackOutputs> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-deploy-'));
  const [assembly, outputs] = [join(folder, 'assembly'), join(folder, 'outputs.json')];
  // The functions run on this machine, or in containers of its architecture.
  const context = ['-c', `stage=${stage}`, '-c', `architecture=${process.arch}`, '-c', 'fetchBinding=true'];
  try {
    await Promise.all([
      // Where there is no cdk.json it does not synthesise first.
      cdk(endpoint, folder, 'bootstrap', `aws://${ACCOUNT}/us-east-1`),
      cdk(endpoint, ROOT, 'synth', '--quiet', '--output', assembly, ...context),
    ]);
    const unattended = ['--require-approval', 'never', '--outputs-file', outputs];
    await cdk(endpoint, ROOT, 'deploy', '--app', assembly, ...unattended);
    const written = JSON.parse(await readFile(outputs, 'utf8')) as Record<string, StackOutputs>;
    const found = written[`Sluice-${stage}`];
    if (found === undefined) throw new Error(`cdk deploy wrote no outputs for the stage ${stage}`);
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function destroyStack({ endpoint, stage }: Stage): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-destroy-'));
  const context = ['-c', `stage=${stage}`, '-c', `architecture=${process.arch}`];
  try {
    await cdk(endpoint, ROOT, 'destroy', '--force', '--output', folder, ...context);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function cdk(endpoint: string, cwd: string, ...args: string[]): Promise<void> {
  const { AWS_PROFILE: _, ...environment } = process.env;
  const child = spawn(process.execPath, [CDK, ...args], {
    cwd,
    env: {
      ...environment,
      ...emulatorEnvironment(endpoint),
      // The CDK remembers which account a key belongs to: no two emulators may share one.
      AWS_ACCESS_KEY_ID: `sluice${new URL(endpoint).port}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  const [said, complained, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code === 0) return;
  const lines = `${said}\n${complained}`.trim().split('\n').slice(-30).join('\n');
  throw new Error(`cdk ${args[0]} ended with ${code}:\n${lines}`);
}
