// A deploy as CloudFormation tells of it: maintain is the provider of custom resources, so that a deploy has succeeded only
// when the lake's tables took its definitions, and is rolled back where they cannot; and so that a stage whose data goes with
// it leaves empty buckets.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';

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

/** A fixed name: another one would tell CloudFormation to delete this resource after the update. */
const PHYSICAL_ID = 'definitions';
/** CloudFormation takes 4,096 bytes in all. */
const MAX_REASON = 1000;
const ATTEMPTS = 3;
const PAUSE_MS = 5_000;
const ANSWER_MS = 20_000;

export function isDeployment(event: object): event is Deployment {
  return 'ResponseURL' in event && 'RequestType' in event;
}

/** True where the tables are to be brought under the definitions. */
export function appliesDefinitions({ ResourceType, RequestType }: Deployment): boolean {
  return ResourceType === RESOURCES.definitions && RequestType !== 'Delete';
}

/**
 * Does what the event asks for, tries it again where it fails (a role that was made a moment ago may not be known
 * everywhere yet), and tells CloudFormation what became of it. Throws, after the answer, where the work failed.
 */
export async function answerDeployment(
  event: Deployment,
  work: DeploymentWork,
  pauseMs = PAUSE_MS,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const reason = await doWork(event, work);
      return await respond(event, 'SUCCESS', reason);
    } catch (error) {
      if (attempt < ATTEMPTS) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      else {
        await respond(event, 'FAILED', error instanceof Error ? error.message : String(error));
        throw error;
      }
    }
  }
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

async function respond(event: Deployment, status: 'SUCCESS' | 'FAILED', reason: string): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const body = JSON.stringify({
    Status: status,
    Reason: reason.slice(0, MAX_REASON),
    PhysicalResourceId: PHYSICAL_ID,
    StackId,
    RequestId,
    LogicalResourceId,
  });
  // The URL is signed for an empty content type.
  const answer = await fetch(event.ResponseURL, {
    method: 'PUT',
    headers: { 'content-type': '' },
    body: new TextEncoder().encode(body),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!answer.ok) throw new Error(`CloudFormation did not take the answer: HTTP ${answer.status}`);
}
