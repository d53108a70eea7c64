// The settings after `-c`: which exist, their meaning as properties of the stack, and suggestions for unknown ones.
import { Duration } from 'aws-cdk-lib';
import { didYouMean } from '../core/did-you-mean.ts';
import { CliError } from '../errors.ts';
import type { SluiceProps } from './sluice-props.ts';

/** Settings of the app itself, not properties of the stack. */
const OF_THE_APP = ['stage', 'schemas', 'fetchBinding'] as const;

type Context = Readonly<Record<string, unknown>>;
type Properties = Omit<SluiceProps, 'stage' | 'definitions' | 'vpc' | 'vpcSubnets' | 'securityGroups'>;
type Meaning = (word: string, text: string) => Properties;

const MEANINGS: Readonly<Record<string, Meaning>> = {
  architecture: (word, text) => {
    // Needed before the stack is created: its native binding is fetched first.
    if (text === 'arm64' || text === 'x64') return { architecture: text };
    throw new CliError(`"-c ${word}=${text}": use arm64 or x64`);
  },
  alarmEmail: (_, alarmEmail) => ({ alarmEmail }),
  alarmTopic: (_, alarmTopic) => ({ alarmTopic }),
  noticeTopic: (_, noticeTopic) => ({ noticeTopic }),
  landingBucket: (_, landingBucket) => ({ landingBucket }),
  landingPrefix: (_, landingPrefix) => ({ landingPrefix }),
  landingEvents: (_, events) => ({ landingEvents: events as 'notifications' | 'eventBridge' }),
  landingKey: (_, landingKey) => ({ landingKey }),
  encryptionKey: (_, encryptionKey) => ({ encryptionKey }),
  accessLogsBucket: (_, accessLogsBucket) => ({ accessLogsBucket }),
  permissionsBoundary: (_, permissionsBoundary) => ({ permissionsBoundary }),
  memoryMb: (word, text) => ({ memoryMb: count(word, text) }),
  diskMb: (word, text) => ({ diskMb: count(word, text) }),
  maxConcurrency: (word, text) => ({ maxConcurrency: count(word, text) }),
  reservedConcurrency: (word, text) => ({ reservedConcurrency: count(word, text) }),
  maxSourceBytes: (word, text) => ({ maxSourceBytes: count(word, text) }),
  scanLimitBytes: (word, text) => ({ scanLimitBytes: count(word, text) }),
  keepLogsDays: (word, text) => ({ keepLogsDays: count(word, text) }),
  timeoutMinutes: (word, text) => ({ timeout: Duration.minutes(count(word, text)) }),
  reconcileMinutes: (word, text) => ({ reconcileEvery: Duration.minutes(count(word, text)) }),
  maxLagMinutes: (word, text) => ({ maxLag: Duration.minutes(count(word, text)) }),
  cloudFrontPage: (word, text) => ({ cloudFrontPage: flag(word, text) }),
  spark: (word, text) => ({ spark: flag(word, text) }),
  sparkMaxVcpus: (word, text) => ({ sparkMaxVcpus: count(word, text) }),
  sparkBlockBytes: (word, text) => ({ sparkBlockBytes: count(word, text) }),
  keepVersionsDays: (word, text) => ({ keepVersions: Duration.days(count(word, text)) }),
  keepRemovedFilesDays: (word, text) => ({ keepRemovedFiles: Duration.days(count(word, text)) }),
};

export const WORDS: readonly string[] = [...OF_THE_APP, ...Object.keys(MEANINGS)];

export type ContextWords = {
  readonly stage: string;
  /** The folder of the definitions. */
  readonly schemas: string;
  readonly fetchBinding: boolean;
  readonly properties: Properties;
};

/**
 * `context`: the CDK's whole context. `others`: settings of others, as listed in cdk.json. Throws CliError on an unknown
 * setting, and on a text in place of a number; values are checked together with the properties. An empty text counts as
 * missing.
 */
export function readContextWords(context: Context, others: Iterable<string> = []): ContextWords {
  requireKnown(Object.keys(context), new Set(others));
  const given = (word: string): string | undefined => {
    const value = context[word];
    return value === undefined || value === '' ? undefined : String(value);
  };
  const properties = Object.entries(MEANINGS).map(([word, meaning]) => {
    const text = given(word);
    return text === undefined ? {} : meaning(word, text);
  });
  return {
    stage: given('stage') ?? 'dev',
    schemas: given('schemas') ?? 'schemas',
    fetchBinding: given('fetchBinding') === 'true',
    properties: Object.assign({}, ...properties),
  };
}

/** The CDK's own settings start with `@` (feature flags) or contain a colon (settings and look-ups). */
function requireKnown(given: readonly string[], others: ReadonlySet<string>): void {
  const unknown = given.filter(
    (word) => !WORDS.includes(word) && !others.has(word) && !word.startsWith('@') && !word.includes(':'),
  );
  if (unknown.length === 0) return;
  throw new CliError(
    unknown.map((word) => {
      const nearest = didYouMean(word, WORDS);
      return `"-c ${word}=…": unknown setting.${nearest === '' ? ` Known settings: ${WORDS.join(', ')}.` : nearest}`;
    }),
  );
}

function count(word: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError(`"-c ${word}=${text}": use a whole number, such as "-c ${word}=10"`);
}

function flag(word: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new CliError(`"-c ${word}=${text}": use true or false`);
}
