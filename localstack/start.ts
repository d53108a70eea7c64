// `npm run localstack`: AWS on this machine. Leaves it running, and prints how to talk to it.
import { parseArgs } from 'node:util';
import { emulatorEnvironment } from './emulators.ts';
import { type Obtained, obtainEmulator, type Ways } from './obtain.ts';
import { remembered, stop } from './running.ts';

const USAGE = `npm run localstack [-- <option> …]     an emulator of AWS: what AWS_ENDPOINT_URL names, else Docker, else MiniStack
npm run localstack -- stop              stops it
npm run localstack -- status            says what runs

  --ministack    MiniStack, from a Python package: S3, SQS, Lambda, CloudFormation
  --localstack   LocalStack, from a Python package (Python 3.13): S3, SQS, CloudFormation
  --docker       LocalStack in Docker: all of them
  --port <n>     instead of 4566
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
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [word = 'start', ...more] = positionals;
  const ways = (['ministack', 'localstack', 'docker'] as const).filter((way) => values[way]);
  const port = Number(values.port);
  if (values.help || more.length > 0 || ways.length > 1 || !(port > 0)) process.stdout.write(USAGE);
  else if (word === 'stop') process.stdout.write((await stop()) ? 'Stopped.\n' : 'Nothing was running.\n');
  else if (word === 'status') showStatus();
  else if (word === 'start') show(await obtainEmulator(waysOf(ways[0], port)));
  else throw new Error(`unknown word ${JSON.stringify(word)}.\n${USAGE}`);
}

function waysOf(way: Ways['way'], port: number): Ways {
  return { ...(way === undefined ? {} : { way }), port, given: process.env.AWS_ENDPOINT_URL };
}

function showStatus(): void {
  const running = remembered();
  process.stdout.write(running ? `${running.title} runs at ${running.endpoint}.\n` : 'Nothing is running.\n');
}

function show({ title, endpoint, isNew }: Obtained): void {
  const exports = Object.entries(emulatorEnvironment(endpoint)).map(([name, value]) => `${name}=${value}`);
  process.stdout.write(
    [
      `${title} ${isNew ? 'is ready' : 'answers already'}: ${endpoint}`,
      '',
      'To talk to it from this shell:',
      `  export ${exports.join(' \\\n    ')}`,
      ...(isNew ? ['To stop it:', '  npm run localstack -- stop'] : []),
      '',
    ].join('\n'),
  );
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
