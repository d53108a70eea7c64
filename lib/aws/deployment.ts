// A deploy as CloudFormation tells of it: maintain is the provider of one custom resource, so that a deploy has succeeded only
// when the lake's tables took its definitions, and is rolled back where they cannot.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';

export type Deployment = CloudFormationCustomResourceEvent;

/** A fixed name: another one would tell CloudFormation to delete this resource after the update. */
const PHYSICAL_ID = 'definitions';
/** CloudFormation takes 4,096 bytes in all. */
const MAX_REASON = 1000;
const ATTEMPTS = 3;
const PAUSE_MS = 5_000;

export function isDeployment(event: object): event is Deployment {
  return 'ResponseURL' in event && 'RequestType' in event;
}

/**
 * Runs `work` unless the stack is being deleted, tries it again (a role that was made a moment ago may not be known
 * everywhere yet), and tells CloudFormation what became of it. Throws, after the answer, where the work failed.
 */
export async function answerDeployment(
  event: Deployment,
  work: () => Promise<void>,
  pauseMs = PAUSE_MS,
): Promise<void> {
  if (event.RequestType === 'Delete') return respond(event, 'SUCCESS', 'the lake stays as it is');
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return await respond(event, 'SUCCESS', 'the tables are under the deployed definitions');
    } catch (error) {
      if (attempt < ATTEMPTS) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      else {
        await respond(event, 'FAILED', error instanceof Error ? error.message : String(error));
        throw error;
      }
    }
  }
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
  });
  if (!answer.ok) throw new Error(`CloudFormation did not take the answer: HTTP ${answer.status}`);
}
