// The stack on an emulator or on AWS itself, by the CDK's own command line: bootstrap, deploy, destroy.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { brandOf, emulatorEnvironment } from './emulators.ts';
import { sayKnownPolicies } from './known-policies.ts';
import { sparkElsewhere } from './spark-elsewhere.ts';
import { takeFunctionsOut } from './without-functions.ts';

export type Stage = {
  /** An emulator's. Undefined: AWS itself, with the environment's credentials and region, bootstrapped before. */
  readonly endpoint: string | undefined;
  readonly stage: string;
};
export type Deployment = Stage & {
  /** The folder of the definitions. Default: the repository's. */
  readonly schemas?: string;
  /** False: for an emulator that runs none; all but them, and what speaks of them, is deployed. Default: true. */
  readonly functions?: boolean;
  /** Further words behind `-c`. Default: none. */
  readonly words?: Readonly<Record<string, string>>;
  /** Of a server that stands in for EMR Serverless, which no emulator has. Default: none, so that `-c spark=true` cannot be deployed. */
  readonly emrServerless?: string;
};

/** The outputs of lib/stacks/sluice-stack.ts that scripts need. */
export type StackOutputs = Readonly<
  Record<
    | 'LandingBucket'
    | 'LakeBucket'
    | 'FilesQueueUrl'
    | 'RefreshQueueUrl'
    | 'PageQueueUrl'
    | 'FilesDeadLetterQueueUrl'
    | 'RefreshDeadLetterQueueUrl'
    | 'MaintainFunction',
    string
  >
>;

const ROOT = join(import.meta.dirname, '..');
const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
/** Every emulator gives it to whoever asks. */
const ACCOUNT = '000000000000';

/** Deploys the stage's stack, or updates it. Throws, with what the CDK said, where that fails. */
export async function deployStack({
  endpoint,
  stage,
  schemas,
  functions = true,
  words = {},
  emrServerless,
}: Deployment): Promise<StackOutputs> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-deploy-'));
  const [assembly, outputs] = [join(folder, 'assembly'), join(folder, 'outputs.json')];
  const context = [...contextOf({ endpoint, stage }), '-c', 'fetchBinding=true'];
  if (schemas !== undefined) context.push('-c', `schemas=${schemas}`);
  for (const [word, text] of Object.entries(words)) context.push('-c', `${word}=${text}`);
  try {
    await Promise.all([
      // Where there is no cdk.json it does not synthesise first.
      endpoint === undefined || cdk(endpoint, folder, 'bootstrap', `aws://${ACCOUNT}/us-east-1`),
      cdk(endpoint, ROOT, 'synth', '--quiet', '--output', assembly, ...context),
    ]);
    const template = join(assembly, `Sluice-${stage}.template.json`);
    if (!functions) await takeFunctionsOut(template);
    if (emrServerless !== undefined) await sparkElsewhere(template, emrServerless);
    if (endpoint !== undefined && (await brandOf(endpoint)) === 'localstack')
      await sayKnownPolicies(template);
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
  try {
    await cdk(endpoint, ROOT, 'destroy', '--force', '--output', folder, ...contextOf({ endpoint, stage }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An emulator runs functions on this machine, or in containers of its architecture. */
function contextOf({ endpoint, stage }: Stage): string[] {
  const own = endpoint === undefined ? [] : ['-c', `architecture=${process.arch}`];
  return ['-c', `stage=${stage}`, ...own];
}

async function cdk(endpoint: string | undefined, cwd: string, ...args: string[]): Promise<void> {
  const env = endpoint === undefined ? process.env : environmentOf(endpoint);
  const child = spawn(process.execPath, [CDK, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  const [said, complained, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code === 0) return;
  const lines = `${said}\n${complained}`.trim().split('\n').slice(-30).join('\n');
  throw new Error(`cdk ${args[0]} ended with ${code}:\n${lines}`);
}

function environmentOf(endpoint: string): NodeJS.ProcessEnv {
  const { AWS_PROFILE: _p, AWS_SESSION_TOKEN: _t, ...environment } = process.env;
  return {
    ...environment,
    ...emulatorEnvironment(endpoint),
    // The CDK remembers which account a key belongs to: no two emulators may share one.
    AWS_ACCESS_KEY_ID: `sluice${new URL(endpoint).port}`,
  };
}
