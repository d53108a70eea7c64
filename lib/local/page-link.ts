// A link to a page of one file in the lake's bucket, and what is left of earlier ones. The AWS SDK is loaded when a link is made.
import { parseLocation } from '../adapters/s3-location.ts';
import type { Effects } from '../lake/effects.ts';
import { linkKey, removeExpiredLinks } from '../page/links.ts';

export type PageLink = {
  readonly url: string;
  /** In the lake. */
  readonly key: string;
  readonly ends: Date;
  /** True if it ends with the credentials that signed it, before it was to expire. */
  readonly endsEarly: boolean;
};

/** `html`: the page. The lake is in S3. */
export async function linkTo(
  { lake, clock, newId }: Effects,
  html: Uint8Array,
  expiresSeconds: number,
): Promise<PageLink> {
  const { signedLink } = await import('../adapters/s3-link.ts');
  const { s3Client } = await import('../adapters/aws-clients.ts');
  await removeExpiredLinks(lake, clock);
  const wantedEnd = new Date(clock().getTime() + expiresSeconds * 1000);
  const key = linkKey(wantedEnd.getTime(), newId);
  await lake.write(key, html);
  const place = parseLocation(lake.location);
  const { url, credentialsEnd } = await signedLink(s3Client(process.env), place, key, expiresSeconds);
  const endsEarly = credentialsEnd !== undefined && credentialsEnd < wantedEnd;
  return { url, key, ends: endsEarly ? credentialsEnd : wantedEnd, endsEarly };
}
