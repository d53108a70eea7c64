// The SDK's clients, from the environment: a region, credentials from the SDK's sources, an endpoint for emulators.
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Includes the first attempt. With the SDK's delays, a throttled request fails after about 15 s. */
const MAX_ATTEMPTS = 6;
const CONNECTION_TIMEOUT_MS = 5_000;
/** Timeout without a byte in either direction. */
const IDLE_TIMEOUT_MS = 60_000;
const MAX_SOCKETS = 128;

/** With an emulator the bucket is part of the path: its host has no subdomains for buckets. */
export function s3Client(environment: Environment): S3Client {
  const endpoint = environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  return new S3Client({ ...settings(environment, endpoint), forcePathStyle: isGiven(endpoint) });
}

/** An emulator may return queue URLs with a host that is unknown here. */
export function sqsClient(environment: Environment): SQSClient {
  const endpoint = environment.AWS_ENDPOINT_URL_SQS ?? environment.AWS_ENDPOINT_URL;
  return new SQSClient({ ...settings(environment, endpoint), useQueueUrlAsEndpoint: !isGiven(endpoint) });
}

/** What the clients of all services share. */
export function settings(environment: Environment, endpoint: string | undefined) {
  // The SDK's version is pinned: its warning that later versions need a newer Node does not concern our users.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return {
    // Without a region in the environment the SDK reads the profile; an emulator accepts any region.
    ...(isGiven(region) ? { region } : isGiven(endpoint) ? { region: 'us-east-1' } : {}),
    ...(isGiven(endpoint) ? { endpoint } : {}),
    retryMode: 'standard',
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
