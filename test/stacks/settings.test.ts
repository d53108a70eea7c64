// What is refused before anything is deployed, and in which words: as properties of the construct, and behind `-c`.
import { spawnSync } from 'node:child_process';
import { Duration } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { CliError } from '../../lib/errors.ts';
import { readContextWords, WORDS } from '../../lib/stacks/context-words.ts';
import type { SluiceProps } from '../../lib/stacks/sluice-props.ts';
import { withDefaults } from '../../lib/stacks/with-defaults.ts';
import { shippedDefinitions } from './stack-case.ts';

const propsWith = async (props: Partial<SluiceProps>): Promise<SluiceProps> => ({
  stage: 'test',
  definitions: await shippedDefinitions(),
  ...props,
});

describe('a property that AWS or a function would refuse', () => {
  test.each<[Partial<SluiceProps>, string]>([
    [
      { maxConcurrency: 1 },
      'maxConcurrency is 1: SQS allows 2 to 1000 concurrent functions; write "-c maxConcurrency=2"',
    ],
    [
      { maxConcurrency: 1001 },
      'maxConcurrency is 1001: SQS allows 2 to 1000 concurrent functions; write "-c maxConcurrency=1000"',
    ],
    [{ maxConcurrency: 2.5 }, 'maxConcurrency is 2.5'],
    [{ reservedConcurrency: 4 }, 'reservedConcurrency is 4: with fewer functions than maxConcurrency (5)'],
    [
      { memoryMb: 256 },
      'memoryMb is 256: a Sluice function needs 512 to 10240 MB of memory; write "-c memoryMb=512"',
    ],
    [
      { diskMb: 20_000 },
      'diskMb is 20000: a Sluice function needs 512 to 10240 MB of disk; write "-c diskMb=10240"',
    ],
    [
      { timeout: Duration.minutes(16) },
      'timeout is 16 minutes: a function runs for at most 15 minutes, and a Sluice function needs at least one (1 to 15 minutes); write "-c timeoutMinutes=15"',
    ],
    [{ timeout: Duration.seconds(20) }, 'timeout is 20 seconds'],
    [
      { keepRemovedFiles: Duration.minutes(59) },
      'keepRemovedFiles is 59 minutes: the sweep keeps removed files for at least an hour',
    ],
    [
      { keepVersions: Duration.hours(36) },
      'keepVersions is 1 day 12 hours: S3 keeps old versions for whole days',
    ],
    [{ keepLogsDays: 10 }, 'keepLogsDays is 10: CloudWatch Logs only allows 1, 3, 5, 7, 14, '],
    [{ keepLogsDays: 10 }, 'write "-c keepLogsDays=14"'],
    [{ keepLogsDays: 9999 }, 'write "-c keepLogsDays=3653"'],
    [{ reconcileEvery: Duration.seconds(90) }, 'reconcileEvery is 1 minute 30 seconds'],
    [{ maxLag: Duration.days(2) }, 'maxLag is 2 days'],
    [
      { scanLimitBytes: 1_000_000 },
      'scanLimitBytes is 1000000: Athena allows 10000000 or more bytes per query',
    ],
    [{ maxSourceBytes: 0 }, 'maxSourceBytes is 0'],
    [{ landingBucket: 's3://mine/' }, 'landingBucket is "s3://mine/": a bucket name has'],
    [{ landingPrefix: '/in/' }, 'landingPrefix is /in/: it is a folder path'],
    [{ landingPrefix: 'in/*' }, 'landingPrefix is in/*: it is a folder path'],
    [
      { landingEvents: 'eventbridge' as 'eventBridge' },
      'landingEvents is "eventbridge": it is notifications or eventBridge. Did you mean "eventBridge"?',
    ],
    [
      { landingKey: 'arn:aws:kms:eu-central-1:111122223333:key/mine' },
      'landingKey is arn:aws:kms:eu-central-1:111122223333:key/mine: it belongs to a landing bucket given by name',
    ],
    [
      { landingBucket: 'mine', landingKey: 'alias/mine' },
      'landingKey is "alias/mine": it is an ARN; write "-c landingKey=arn:aws:kms:',
    ],
    [{ encryptionKey: 'mine' }, 'encryptionKey is "mine": it is an ARN'],
    [
      { alarmTopic: 'alarms' },
      'alarmTopic is "alarms": it is an ARN; write "-c alarmTopic=arn:aws:sns:eu-central-1:111122223333:alarms"',
    ],
    [
      { permissionsBoundary: 'boundary' },
      'permissionsBoundary is "boundary": it is an ARN; write "-c permissionsBoundary=arn:aws:iam::111122223333:policy/boundary"',
    ],
    [{ vpcSubnets: {} }, 'vpcSubnets and securityGroups belong to a vpc'],
  ])('%j is refused: %s', async (props, message) => {
    const given = await propsWith(props);
    expect(() => withDefaults(given)).toThrow(CliError);
    expect(() => withDefaults(given)).toThrow(message);
  });

  test('is one of several, and each is named', async () => {
    const given = await propsWith({ maxConcurrency: 1, keepLogsDays: 2 });
    expect(() => withDefaults(given)).toThrow(/maxConcurrency is 1[^\n]*\nkeepLogsDays is 2/);
  });

  test.each<Partial<SluiceProps>>([
    { maxConcurrency: 2, reservedConcurrency: 2 },
    { timeout: Duration.minutes(15), diskMb: 10_240, memoryMb: 512 },
    { keepRemovedFiles: Duration.hours(1), keepVersions: Duration.days(1), keepLogsDays: 3653 },
    { landingBucket: 'mine', landingKey: 'arn:aws-cn:kms:cn-north-1:111122223333:key/mine' },
    { landingPrefix: "in/year=2024 of o'clock".replaceAll(' ', '-') },
    { permissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess' },
  ])('and %j is none', async (props) => {
    const given = await propsWith(props);
    expect(withDefaults(given)).toMatchObject(props);
  });
});

describe('a word behind -c', () => {
  test('is a property', () => {
    const words = {
      stage: 'e2e',
      schemas: 'mine',
      architecture: 'x64',
      maxConcurrency: '7',
      timeoutMinutes: '10',
      landingBucket: 'mine',
      landingPrefix: 'in/e2e',
      landingEvents: 'eventBridge',
      keepRemovedFilesDays: 3,
      alarmEmail: '',
    };
    expect(readContextWords(words)).toEqual({
      stage: 'e2e',
      schemas: 'mine',
      fetchBinding: false,
      properties: {
        architecture: 'x64',
        maxConcurrency: 7,
        timeout: Duration.minutes(10),
        landingBucket: 'mine',
        landingPrefix: 'in/e2e',
        landingEvents: 'eventBridge',
        keepRemovedFiles: Duration.days(3),
      },
    });
  });

  test('that nobody knows is refused with the nearest, or with all', () => {
    const reading = (word: string) => () => readContextWords({ [word]: '1', '@aws-cdk/core:x': true });
    expect(reading('maxConcurency')).toThrow(
      '"-c maxConcurency=…": unknown setting. Did you mean "maxConcurrency"?',
    );
    expect(reading('alarmMail')).toThrow('Did you mean "alarmEmail"?');
    expect(reading('zzz')).toThrow(`Known settings: ${WORDS.join(', ')}.`);
  });

  test("is let be where it is the CDK's own, or stands in its files", () => {
    const own = {
      '@aws-cdk/core:newStyleStackSynthesis': true,
      'aws:cdk:bundling-stacks': [],
      'availability-zones:account=1:region=eu-central-1': [],
      'acknowledged-issue-numbers': [],
    };
    expect(readContextWords(own, ['acknowledged-issue-numbers']).properties).toEqual({});
  });

  test.each(['ten', '-1', '1.5', '1e3'])('that wants a number is not %j', (text) => {
    expect(() => readContextWords({ memoryMb: text })).toThrow(
      `"-c memoryMb=${text}": use a whole number, such as "-c memoryMb=10"`,
    );
  });

  test('is checked by the app itself: nothing is synthesised, and no stack trace is shown', () => {
    const run = (context: object) =>
      spawnSync(process.execPath, ['--import', 'tsx', 'bin/app.ts'], {
        env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context) },
        encoding: 'utf8',
      });
    const misspelt = run({ landingBuket: 'mine', '@aws-cdk/core:validateSnapshotRemovalPolicy': true });
    expect([misspelt.status, misspelt.stderr]).toEqual([
      1,
      '"-c landingBuket=…": unknown setting. Did you mean "landingBucket"?\n',
    ]);
    const refused = run({ 'aws:cdk:bundling-stacks': [], maxConcurrency: '1' });
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/^maxConcurrency is 1: [^\n]+\n$/);
  });
});
