// Where this suite runs, an emulator or AWS itself, and clients for it.
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { inject } from 'vitest';
import { s3Client, sqsClient } from '../../lib/adapters/aws-clients.ts';
import { emulatorEnvironment } from '../../localstack/emulators.ts';
import type { Target } from '../../localstack/targets.ts';

export const target: Target = inject('target');

/** Nothing for AWS itself: there the environment is the caller's. */
export const environment = target.endpoint === undefined ? {} : emulatorEnvironment(target.endpoint);
if (target.endpoint !== undefined) {
  // The SDK takes credentials from the process alone; a profile would come before them.
  Object.assign(process.env, environment);
  delete process.env.AWS_PROFILE;
  delete process.env.AWS_SESSION_TOKEN;
}

export const s3: S3Client = s3Client(process.env);
export const sqs: SQSClient = sqsClient(process.env);
