// An emulator for measurements: one of its own on a free port, gone when the work is done.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { s3Client, sqsClient } from '../../../lib/adapters/aws-clients.ts';
import { s3Store } from '../../../lib/adapters/s3-store.ts';
import type { ObjectStore } from '../../../lib/ports.ts';
import { type EmulatorKind, emulatorEnvironment, startEmulator } from '../../../localstack/emulators.ts';

export type Emulated = {
  readonly endpoint: string;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  /** A folder, removed at the end. */
  readonly scratch: string;
  store(bucket: string): ObjectStore;
};

export async function onEmulator<T>(
  kind: EmulatorKind,
  work: (emulated: Emulated) => Promise<T>,
): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-bench-aws-'));
  process.stderr.write(`Starting ${kind} …\n`);
  const emulator = await startEmulator(kind);
  const environment = emulatorEnvironment(emulator.endpoint);
  // The SDK takes credentials from the process alone; a profile would come before them.
  Object.assign(process.env, environment);
  delete process.env.AWS_PROFILE;
  const s3 = s3Client(environment);
  const store = (bucket: string) => s3Store({ client: s3, bucket, scratch });
  try {
    return await work({ endpoint: emulator.endpoint, s3, sqs: sqsClient(environment), scratch, store });
  } finally {
    await emulator.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}
