// Where `npm run test:aws` runs its suites, and which stages it may fill and remove.
import { describe, expect, test } from 'vitest';
import { wantedTargets } from '../../localstack/targets.ts';
import { parseTestAws } from '../../localstack/test-aws-arguments.ts';

describe('npm run test:aws', () => {
  test('hands what it does not know to the test runner', () => {
    expect(parseTestAws(['test/aws/sqs', '-t', 'FIFO'])).toEqual({
      environment: {},
      vitest: ['test/aws/sqs', '-t', 'FIFO'],
    });
  });

  test.each([
    ['--real', '--stage', 'e2e'],
    ['--stage=e2e', '--real'],
  ])('%s %s %s', (...argv) => {
    expect(parseTestAws(argv.filter((word) => word !== undefined))).toEqual({
      environment: { SLUICE_EMULATOR: 'aws', SLUICE_STAGE: 'e2e' },
      vitest: ['test/aws/end-to-end.test.ts'],
      firstRun: 'e2e',
    });
  });

  test.each([
    [['--real'], /^--real needs a stage of its own: add "--stage e2e"/],
    [['--real', '--stage'], /^--stage "" is no stage's name/],
    [['--real', '--stage', 'E2E'], /^--stage "E2E" is no stage's name/],
    [['--real', '--stage=prod'], /^--stage prod is refused/],
    [['--real', '--stage', 'production'], /^--stage production is refused/],
    [['--real', '--stage', 'staging'], /^--stage staging is refused/],
    [['--stage', 'e2e'], /^--stage belongs to --real/],
  ])('%j is refused', (argv, message) => {
    expect(() => parseTestAws(argv)).toThrow(message);
  });
});

describe('the suites run', () => {
  const never = () => expect.unreachable('nobody asked for Docker');

  test('where SLUICE_EMULATOR says, before all else', () => {
    const environment = { SLUICE_EMULATOR: 'ministack', AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' };
    expect(wantedTargets(environment, never)).toEqual(['ministack']);
    const both = { SLUICE_EMULATOR: 'localstack,ministack' };
    expect(wantedTargets(both, never)).toEqual(['localstack', 'ministack']);
    expect(() => wantedTargets({ SLUICE_EMULATOR: 'moto' }, never)).toThrow(
      /^SLUICE_EMULATOR=moto is not known: use ministack, localstack, docker or endpoint/,
    );
  });

  test('on the endpoint that is given', () => {
    expect(wantedTargets({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, never)).toEqual(['endpoint']);
  });

  test('in Docker, else on both emulators that need none', () => {
    expect(wantedTargets({}, () => true)).toEqual(['docker']);
    expect(wantedTargets({ AWS_ENDPOINT_URL: '' }, () => false)).toEqual(['ministack', 'localstack']);
  });
});
