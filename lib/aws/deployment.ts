// Handles CloudFormation's deployment events: maintain is the provider of custom resources, so that a deployment succeeds
// only if its definitions were applied to the lake's tables, and is rolled back otherwise; and so that a stage whose data
// is deleted with it leaves empty buckets.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html
import { setTimeout as after } from 'node:timers/promises';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { Log } from '../ports.ts';

export type Deployment = CloudFormationCustomResourceEvent;

/** The types of the custom resources, shared by the stack and maintain. */
export const RESOURCES = {
  /** On create and update: applies the definitions to the tables. On delete: nothing. */
  definitions: 'Custom::SluiceDefinitions',
  /** On delete: empties the buckets in its property `buckets`. Otherwise nothing. */
  contents: 'Custom::SluiceContents',
} as const;

export type DeploymentWork = {
  readonly apply: () => Promise<void>;
  readonly empty: (bucket: string) => Promise<void>;
};

export type Answering = {
  /** The function's. */
  readonly remainingMs: () => number;
  /** The locations as options, `--landing s3://… --lake s3://…`, for the command that a person is asked to run. */
  readonly places: string;
  readonly log: Log;
  /** The delay between two attempts. Default: 5 seconds. */
  readonly pauseMs?: number;
};

/** A fixed name: with another one CloudFormation would delete this resource after the update. */
const PHYSICAL_ID = 'definitions';
/** CloudFormation accepts 4,096 bytes in all. */
const MAX_REASON = 1000;
const ATTEMPTS = 3;
const PAUSE_MS = 5_000;
const ANSWER_MS = 20_000;
/** Enough time for all attempts to answer. */
const RESERVE_MS = ATTEMPTS * (ANSWER_MS + PAUSE_MS);

export function isDeployment(event: object): event is Deployment {
  return 'ResponseURL' in event && 'RequestType' in event;
}

/** True if the definitions must be applied to the tables. */
export function appliesDefinitions({ ResourceType, RequestType }: Deployment): boolean {
  return ResourceType === RESOURCES.definitions && RequestType !== 'Delete';
}

/**
 * Does what the event asks for, retries failures (a new role may not be known everywhere yet), and reports the outcome to
 * CloudFormation before the function's time is over, even if the work is not done by then. True if it is done. Throws only
 * if CloudFormation did not accept the answer, because Lambda then delivers the event again, and an answered event must
 * not be repeated.
 */
export async function answerDeployment(
  event: Deployment,
  work: DeploymentWork,
  { remainingMs, places, log, pauseMs = PAUSE_MS }: Answering,
): Promise<boolean> {
  const leftMs = remainingMs() - Math.min(RESERVE_MS, remainingMs() / 3);
  const giveUp = new AbortController();
  const late = after(leftMs, tooLate(event, places), { signal: giveUp.signal });
  // The result of work that is too late is ignored.
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

/** The next step if 15 minutes are too short. */
function tooLate(event: Deployment, places: string): string {
  if (appliesDefinitions(event))
    return `Applying the new definitions to the tables takes longer than a function may run (15 minutes). Run "npx sluice sync ${places}" with these definitions on a machine without this limit, then deploy again. Tables that already have the new definitions keep them; their files wait until then.`;
  return 'Emptying the buckets takes longer than a function may run (15 minutes). Delete the stack again: it continues where it stopped.';
}

async function doWork(event: Deployment, { apply, empty }: DeploymentWork): Promise<string> {
  if (appliesDefinitions(event)) {
    await apply();
    return 'the deployed definitions are applied to the tables';
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
    if (attempt === ATTEMPTS) throw new Error(`CloudFormation did not accept the answer: ${problem}`);
    await after(pauseMs);
  }
}

/** The problem, if any. */
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
