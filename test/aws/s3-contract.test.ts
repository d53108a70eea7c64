// S3 keeps the promises that every store makes, below a prefix and with a bucket of its own.
import { describe } from 'vitest';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { type ObjectStoreTraits, objectStoreContract } from '../contracts/object-store.ts';
import { emulator, freshBucket, s3 } from './emulated.ts';

// LocalStack compares StartAfter with percent-encoded keys.
const TRAITS: ObjectStoreTraits = {
  etag: 'content',
  keys: 'any',
  after: emulator.brand === 'localstack' ? 'ascii' : 'bytes',
};

describe(emulator.brand, () => {
  objectStoreContract(
    'a bucket',
    async (scratch) => s3Store({ client: s3, bucket: await freshBucket(), scratch }),
    TRAITS,
  );
  objectStoreContract(
    'a prefix of a bucket',
    async (scratch) =>
      s3Store({
        client: s3,
        bucket: await freshBucket(),
        prefix: 'pre fix/ä+%20',
        scratch,
        cache: { maxBytes: 1_000_000, immutable: () => false },
      }),
    TRAITS,
  );
});
