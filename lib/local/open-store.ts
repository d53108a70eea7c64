// A store for a location as typed by people: a folder, or s3://bucket/prefix. The AWS SDK is loaded only for locations in S3.
import { resolve } from 'node:path';
import type { s3Client } from '../adapters/aws-clients.ts';
import { type FileStoreOptions, fileStore } from '../adapters/file-store.ts';
import { isS3Location, parseLocation } from '../adapters/s3-location.ts';
import { isDataFile } from '../lake/layout.ts';
import type { ObjectStore, ScratchFolder } from '../ports.ts';

/** Local copies of the lake's data files that one run keeps for later reads. */
const CACHE_BYTES = 2 * 1024 ** 3;

let client: ReturnType<typeof s3Client> | undefined;

/** `scratch`: for downloads; created when first needed. Throws CliError on an invalid S3 location. */
export async function openStore(
  place: string,
  scratch: ScratchFolder,
  options: FileStoreOptions = {},
): Promise<ObjectStore> {
  if (!isS3Location(place)) return fileStore(resolve(place), { ...options, scratch });
  const location = parseLocation(place);
  const clients = await import('../adapters/aws-clients.ts');
  const { s3Store } = await import('../adapters/s3-store.ts');
  client ??= clients.s3Client(process.env);
  return s3Store({ client, ...location, scratch, cache: { maxBytes: CACHE_BYTES, immutable: isDataFile } });
}
