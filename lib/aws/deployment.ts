// A deploy as CloudFormation tells of it: maintain is the provider of custom resources, so that a deploy has succeeded only
// when the lake's tables took its definitions, and is rolled back where they cannot; and so that a stage whose data goes with
// it leaves empty buckets.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html
import { setTimeout as after } from 'node:timers/promises';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { Log } from '../ports.ts';

export type Deployment = CloudFormationCustomResourceEvent;

/** The resources' types, which the stack gives and maintain tells apart. */
export const RESOURCES = {
  /** Made and updated: the tables are brought under the definitions. Deleted: nothing. */
  definitions: 'Custom::SluiceDefinitions',
  /** Deleted: the buckets that it names in its property `buckets` are emptied. Else nothing. */
  contents: 'Custom::SluiceContents',
} as const;

export type DeploymentWork = {
  readonly apply: () => Promise<void>;
  readonly empty: (bucket: string) => Promise<void>;
};

export type Answering = {
  /** Of the function. */
  readonly remainingMs: () => number;
  /** Where the tables are: `--landing s3://… --lake s3://…`, for the command that somebody is told to run. */
  readonly places: string;
  readonly log: Log;
  /** Between two attempts. Default: 5 seconds. */
  readonly pauseMs?: number;
};

/** A fixed name: another one would tell CloudFormation to delete this resource after the update. */
const PHYSICAL_ID = 'definitions';
/** CloudFormation takes 4,096 bytes in all. */
const MAX_REASON = 1000;
const ATTEMPTS = 3;
const PAUSE_MS = 5_000;
const ANSWER_MS = 20_000;
/** Enough for all attempts to answer. */
const RESERVE_MS = ATTEMPTS * (ANSWER_MS + PAUSE_MS);

export function isDeployment(event: object): event is Deployment {
  return 'ResponseURL' in event && 'RequestType' in event;
}

/** True where the tables are to be brought under the definitions. */
export function appliesDefinitions({ ResourceType, RequestType }: Deployment): boolean {
  return ResourceType === RESOURCES.definitions && RequestType !== 'Delete';
}

/**
 * Does what the event asks for, tries it again where it fails (a role that was made a moment ago may not be known
 * everywhere yet), and tells CloudFormation the outcome: before the function's own time is over, whether the work is
 * done by then or not. True where it is. Throws only where CloudFormation did not take the answer: Lambda hands the event to
 * a function again, and what was answered once must not be.
 */
export async function answerDeployment(
  event: Deployment,
  work: DeploymentWork,
  { remainingMs, places, log, pauseMs = PAUSE_MS }: Answering,
): Promise<boolean> {
  const leftMs = remainingMs() - Math.min(RESERVE_MS, remainingMs() / 3);
  const giveUp = new AbortController();
  const late = after(leftMs, tooLate(event, places), { signal: giveUp.signal });
  // Work that is too late is not heard any more.
  const outcome = await Promise.race([
    repeated(() => doWork(event, work), pauseMs, giveUp.signal),
    late.then((reason): Outcome => ({ status: 'FAILED', reason })),
  ]);
  giveUp.abort();
  if (outcome.status === 'FAILED')
    log('error', 'deployment.failed', { reason: outcome.reason, error: outcome.error });
  await respond(event, outcome, pauseMs);
  return outcome.status === 'SUCCESS';
}

type Outcome = {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason: string;
  readonly error?: unknown;
};

async function repeated(work: () => Promise<string>, pauseMs: number, giveUp: AbortSignal): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { status: 'SUCCESS', reason: await work() };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (attempt < ATTEMPTS) await after(pauseMs);
      if (attempt >= ATTEMPTS || giveUp.aborted) return { status: 'FAILED', reason, error };
    }
  }
}

/** What to do where 15 minutes are too few. */
function tooLate(event: Deployment, places: string): string {
  if (appliesDefinitions(event))
    return `Bringing the tables under the new definitions takes longer than a function may run (15 minutes). Run "npx sluice sync ${places}" with these definitions on a machine that has no such limit, then deploy again. Tables that have them already keep them, and their files wait until then.`;
  return 'Emptying the buckets takes longer than a function may run (15 minutes). Delete the stack again: it goes on where it stopped.';
}

async function doWork(event: Deployment, { apply, empty }: DeploymentWork): Promise<string> {
  if (appliesDefinitions(event)) {
    await apply();
    return 'the tables are under the deployed definitions';
  }
  if (event.ResourceType !== RESOURCES.contents || event.RequestType !== 'Delete') return 'nothing to do';
  const buckets = event.ResourceProperties.buckets as readonly string[];
  for (const bucket of buckets) await empty(bucket);
  return `emptied ${buckets.join(' and ')}`;
}

async function respond(event: Deployment, { status, reason }: Outcome, pauseMs: number): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const body = JSON.stringify({
    Status: status,
    Reason: reason.slice(0, MAX_REASON),
    PhysicalResourceId: PHYSICAL_ID,
    StackId,
    RequestId,
    LogicalResourceId,
  });
  for (let attempt = 1; ; attempt += 1) {
    const problem = await send(event.ResponseURL, body);
    if (problem === undefined) return;
    if (attempt === ATTEMPTS) throw new Error(`CloudFormation did not take the answer: ${problem}`);
    await after(pauseMs);
  }
}

/** What went wrong, if anything. */
async function send(url: string, body: string): Promise<string | undefined> {
  try {
    // The URL is signed for an empty content type.
    const answer = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': '' },
      body: new TextEncoder().encode(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return answer.ok ? undefined : `HTTP ${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
