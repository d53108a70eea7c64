// What `npm run test:aws -- …` means: words for the test runner, and where its suites are to run.

export type TestAws = {
  readonly environment: Readonly<Record<string, string>>;
  /** The test runner's arguments. */
  readonly vitest: readonly string[];
  /** The stage on AWS itself: its checklist is printed, and a report left. */
  readonly firstRun?: string;
};

const USAGE = `npm run test:aws [-- <file or option of vitest> …]   on an endpoint that is given, in Docker, or on emulators from Python packages
npm run test:aws -- --real --stage <name>            the end-to-end suite on AWS itself: deploys that stage, which must be new, and removes it;
                                                     prints the checklist of docs/aws-first-run.md and leaves it as a report, first-run-<name>.md`;

const END_TO_END = 'test/aws/end-to-end.test.ts';
const STAGE = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,15}$/;
const IN_USE = /^(?:prod|production|staging|stage|live|main|dev)$/;

/** Throws, with the usage, where it is not clear that a stage may be deployed, filled and removed. */
export function parseTestAws(argv: readonly string[]): TestAws {
  const vitest: string[] = [];
  let isReal = false;
  let stage: string | undefined;
  const words = argv.values();
  for (const word of words) {
    if (word === '--real') isReal = true;
    else if (word === '--stage') stage = words.next().value ?? '';
    else if (word.startsWith('--stage=')) stage = word.slice('--stage='.length);
    else vitest.push(word);
  }
  if (!isReal) {
    if (stage === undefined) return { environment: {}, vitest };
    throw new Error(
      `--stage belongs to --real: on an emulator the suite makes a stage of its own.\n${USAGE}`,
    );
  }
  if (stage === undefined) throw new Error(`--real needs a stage of its own: add "--stage e2e".\n${USAGE}`);
  if (!STAGE.test(stage))
    throw new Error(
      `--stage ${JSON.stringify(stage)} is no stage's name: up to 16 lower-case letters, digits and single hyphens, beginning with a letter, as in "--stage e2e".`,
    );
  if (IN_USE.test(stage))
    throw new Error(
      `--stage ${stage} is refused: the suite fills the stage with samples, breaks it and removes it with its data. Choose a name that nobody uses, as in "--stage e2e".`,
    );
  return {
    environment: { SLUICE_EMULATOR: 'aws', SLUICE_STAGE: stage },
    vitest: [...vitest, END_TO_END],
    firstRun: stage,
  };
}
