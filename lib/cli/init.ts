// `sluice init`: a project of one's own, from the template. Arguments in, summary out.
import { resolve } from 'node:path';
import { type InitResult, initProject } from '../local/init-project.ts';
import { FAULT } from './exit-codes.ts';
import { typed } from './locations.ts';
import type { Terminal } from './terminal.ts';
import { section } from './text.ts';
import type { Arguments, Verb } from './verb.ts';

export const init: Verb = {
  operand: { text: 'DIR', required: false },
  description: `Writes sluice.yaml, a package with one dataset, one insight, samples and a test, .gitignore, a README and a GitHub
workflow into DIR, or into the present folder. It asks nothing, and a file that is there stays as it is. Where a
folder schemas is there, the example is left out.`,
  options: [
    {
      name: 'aws',
      description:
        'Also a CDK app, cdk.json and a workflow that deploys it; in a project that is there, these alone.',
    },
  ],
  examples: [
    { command: 'npx sluice init my-lake && cd my-lake', meaning: 'a new project' },
    { command: 'npx sluice init --aws', meaning: 'what AWS needs, for the project in this folder' },
  ],
  exitCodes: [
    { code: 0, meaning: 'done, or all files were there' },
    { code: FAULT, meaning: 'a file cannot be written' },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const folder = args.operand ?? '.';
  const aws = args.flag('aws');
  await terminal.out(initLines(folder, aws, await initProject(resolve(folder), { aws })));
  return 0;
}

const EVERY = { most: Number.POSITIVE_INFINITY };

function initLines(folder: string, aws: boolean, result: InitResult): string[] {
  const { created, kept, dependencies, devDependencies } = result;
  const isHere = resolve(folder) === process.cwd();
  const where = isHere ? 'this folder' : typed(folder);
  const install = [
    ...(created.includes('package.json') || dependencies.length + devDependencies.length === 0
      ? ['npm install']
      : []),
    ...dependencies.flatMap((one) =>
      one.startsWith('./')
        ? [
            `cp …/${one.slice(2)} .          # the package is not on npm yet: commit its tarball, so that CI finds it`,
            `npm install ${one}`,
          ]
        : [`npm install --save-exact ${one}`],
    ),
    ...(devDependencies.length === 0
      ? []
      : [`npm install --save-dev --save-exact ${devDependencies.join(' ')}`]),
  ];
  return [
    ...section(`Created in ${where}:`, created, EVERY),
    ...section(`Already in ${where}, and not changed:`, kept, EVERY),
    '',
    'What to do next:',
    ...(isHere ? [] : [`  cd ${typed(folder)}`]),
    ...install.map((line) => `  ${line}`),
    '  npx sluice start',
    '  npx sluice test',
    ...(aws ? ['  npx cdk synth'] : []),
  ];
}
