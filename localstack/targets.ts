// Where the suites of test/aws run: on an emulator, by whatever way there is one, or on AWS itself.
import { answers, brandOf, type EmulatorBrand, startEmulator } from './emulators.ts';
import { freePort } from './process-group.ts';
import { dockerAnswers, keepLog, remembered, startDocker, stopDocker } from './running.ts';

const KINDS = ['ministack', 'localstack', 'docker', 'endpoint', 'aws'] as const;
/** `endpoint`: what AWS_ENDPOINT_URL names. `aws`: the account of the environment's credentials. */
export type TargetKind = (typeof KINDS)[number];
export type Target = {
  readonly brand: EmulatorBrand | 'aws';
  /** Undefined: AWS's own. */
  readonly endpoint?: string;
  /** LocalStack starts them in Docker alone. */
  readonly runsFunctions: boolean;
  /** Where the stage is not the suite's to choose. */
  readonly stage?: string;
};
export type OpenedTarget = { readonly target: Target; close(): Promise<void> };

/** SLUICE_EMULATOR's words; where it is not set an endpoint that is given, else Docker, else both emulators that need none. */
export function wantedTargets(
  environment: NodeJS.ProcessEnv,
  hasDocker: () => boolean = dockerAnswers,
): TargetKind[] {
  const { SLUICE_EMULATOR: wanted, AWS_ENDPOINT_URL: given } = environment;
  if (wanted) return wanted.split(',').map(kindOf);
  if (given) return ['endpoint'];
  return hasDocker() ? ['docker'] : ['ministack', 'localstack'];
}

function kindOf(word: string): TargetKind {
  const kind = KINDS.find((known) => known === word);
  if (kind !== undefined) return kind;
  throw new Error(
    `SLUICE_EMULATOR=${word} is not known: use ministack, localstack, docker or endpoint (with AWS_ENDPOINT_URL).`,
  );
}

/** Starts what is not there yet; `close` stops what was started. Throws where it cannot be had. */
export async function openTarget(kind: TargetKind, environment: NodeJS.ProcessEnv): Promise<OpenedTarget> {
  if (kind === 'aws') return realAws(environment);
  if (kind === 'endpoint') return givenEndpoint(environment.AWS_ENDPOINT_URL);
  if (kind === 'docker') return docker();
  const { endpoint, stop } = await startEmulator(kind);
  return { target: { brand: kind, endpoint, runsFunctions: kind === 'ministack' }, close: stop };
}

function realAws({ SLUICE_STAGE: stage }: NodeJS.ProcessEnv): OpenedTarget {
  if (!stage) throw new Error('AWS itself needs a stage: "npm run test:aws -- --real --stage <name>".');
  return { target: { brand: 'aws', runsFunctions: true, stage }, close: async () => {} };
}

async function givenEndpoint(endpoint: string | undefined): Promise<OpenedTarget> {
  if (!endpoint) throw new Error('SLUICE_EMULATOR=endpoint needs AWS_ENDPOINT_URL.');
  if (!(await answers(endpoint))) throw new Error(`Nothing answers at AWS_ENDPOINT_URL=${endpoint}.`);
  const own = remembered();
  const runsFunctions = !(own?.endpoint === endpoint && own.title === 'LocalStack');
  return { target: { brand: await brandOf(endpoint), endpoint, runsFunctions }, close: async () => {} };
}

async function docker(): Promise<OpenedTarget> {
  const port = await freePort();
  const close = async () => {
    keepLog('sluice-test');
    stopDocker('sluice-test');
  };
  try {
    startDocker('sluice-test', port);
  } catch (error) {
    await close();
    throw error;
  }
  const endpoint = `http://127.0.0.1:${port}`;
  return { target: { brand: 'localstack', endpoint, runsFunctions: true }, close };
}
