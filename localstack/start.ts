// `npm run localstack`: AWS on this machine, with the stack deployed. Leaves it running, and prints what to try.
import { parseArgs } from 'node:util';
import type { StackOutputs } from './deploy.ts';
import { brandOf, emulatorEnvironment, installEmulator } from './emulators.ts';
import { type Obtained, obtainEmulator, type Ways } from './obtain.ts';
import { remembered, stop } from './running.ts';
import { deployTo, putIntoLanding } from './stack.ts';

const USAGE = `npm run localstack [-- <option> …]     an emulator of AWS: what AWS_ENDPOINT_URL names, else Docker, else MiniStack;
                                        deploys the stack there, or updates it
npm run localstack -- put <folder>      puts the folder's files into the stack's landing bucket
npm run localstack -- stop              stops it
npm run localstack -- status            says what runs
npm run localstack -- install           installs both emulators that need no Docker, and starts none

  --ministack    MiniStack, from a Python package: S3, SQS, Lambda, CloudFormation
  --localstack   LocalStack, from a Python package (Python 3.13): S3, SQS, CloudFormation
  --docker       LocalStack in Docker: all of them
  --port <n>     instead of 4566
  --no-stack     the emulator alone
`;

async function main(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ministack: { type: 'boolean' },
      localstack: { type: 'boolean' },
      docker: { type: 'boolean' },
      port: { type: 'string', default: '4566' },
      'no-stack': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [word = 'start', folder, ...more] = positionals;
  const isWrong = more.length > 0 || (word === 'put') !== (folder !== undefined);
  const ways = (['ministack', 'localstack', 'docker'] as const).filter((way) => values[way]);
  const port = Number(values.port);
  if (values.help || isWrong || ways.length > 1 || !(port > 0)) process.stdout.write(USAGE);
  else if (word === 'stop') process.stdout.write((await stop()) ? 'Stopped.\n' : 'Nothing was running.\n');
  else if (word === 'status') showStatus();
  else if (word === 'install') for (const kind of ['ministack', 'localstack'] as const) installEmulator(kind);
  else if (word === 'put') await put(folder ?? '');
  else if (word === 'start') await start(waysOf(ways[0], port), values['no-stack'] ?? false);
  else throw new Error(`unknown word ${JSON.stringify(word)}.\n${USAGE}`);
}

function waysOf(way: Ways['way'], port: number): Ways {
  return { ...(way === undefined ? {} : { way }), port, given: process.env.AWS_ENDPOINT_URL };
}

function showStatus(): void {
  const running = remembered();
  process.stdout.write(running ? `${running.title} runs at ${running.endpoint}.\n` : 'Nothing is running.\n');
}

async function start(ways: Ways, bare: boolean): Promise<void> {
  const obtained = await obtainEmulator(ways);
  const reason = bare ? '' : await whyNoFunctions(obtained);
  const outputs = reason === undefined ? await deployTo(obtained.endpoint) : undefined;
  show(obtained, outputs);
  if (reason) process.stdout.write(`The stack is not deployed: ${reason}.\n`);
}

/** Undefined where the emulator runs functions. */
async function whyNoFunctions({ title, endpoint }: Obtained): Promise<string | undefined> {
  if (title === 'LocalStack') return 'LocalStack runs functions in Docker alone; MiniStack runs them without';
  if ((await brandOf(endpoint)) !== 'ministack' || process.platform === 'linux') return undefined;
  return 'MiniStack runs functions on this machine itself, and their bundle is for Linux; use Docker';
}

function show({ title, endpoint, isNew }: Obtained, outputs: StackOutputs | undefined): void {
  process.stdout.write(
    [
      `${title} ${isNew ? 'is ready' : 'answers already'}: ${endpoint}`,
      '',
      'To talk to it from this shell:',
      ...exported(emulatorEnvironment(endpoint)),
      ...(outputs ? whatToTry(outputs) : []),
      ...(isNew ? ['To stop it:', '  npm run localstack -- stop'] : []),
      '',
    ].join('\n'),
  );
}

function exported(variables: Readonly<Record<string, string>>): string[] {
  const words = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
  return [`  export ${words.join(' \\\n    ')}`];
}

function whatToTry(outputs: StackOutputs): string[] {
  return [
    ...exported({
      LANDING: `s3://${outputs.LandingBucket}`,
      LAKE: `s3://${outputs.LakeBucket}`,
      SLUICE_FILES_DLQ_URL: outputs.FilesDeadLetterQueueUrl,
      SLUICE_REFRESH_DLQ_URL: outputs.RefreshDeadLetterQueueUrl,
    }),
    'To try the stack, put files (the functions need a moment) and look:',
    '  npm run localstack -- put schemas/billing/samples',
    '  npx sluice status --landing "$LANDING" --lake "$LAKE"',
    '  npx sluice query --lake "$LAKE" "SELECT * FROM spend_by_month"',
    '  npx sluice dead-letters',
  ];
}

async function put(folder: string): Promise<void> {
  const { files, place } = await putIntoLanding(folder);
  process.stdout.write(`${files} files are in ${place}.\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
