// What `sluice page` says: what was written where, and how it is opened.
import type { PageLink } from '../local/page-link.ts';
import type { Written } from '../page/site.ts';
import { typed } from './locations.ts';
import { count, duration, timeText } from './text.ts';

/** `place`: as typed. */
export function writtenLines(
  place: string,
  { documents, kept, bytes, removed }: Written,
  ms: number,
): string[] {
  const old = removed === 0 ? '' : `, ${count(removed, 'old file')} removed`;
  return [
    `Wrote the page to ${place}: ${count(documents, 'document')} new, ${kept.toLocaleString('en-US')} unchanged${old}; ${size(bytes)} in ${duration(ms)}.`,
  ];
}

/** How a page in a folder or in a bucket is opened. `options`: the locations, as they were given. */
export function openingLines(index: string, isInBucket: boolean, options: string): string[] {
  return isInBucket
    ? [
        `Look at it here: npx sluice page --serve --open${options}`,
        `Show it to others for a while: npx sluice page --link${options}`,
      ]
    : [`Open ${typed(index)} in a browser, or type: npx sluice page --open${options}`];
}

export function linkLines({ url, ends, endsEarly }: PageLink, bytes: number): string[] {
  return [
    `Whoever has this link can look at the page (${size(bytes)}, as it is now) until ${timeText(ends.toISOString())}:`,
    url,
    ...(endsEarly ? ['It ends that early because the credentials that signed it end then.'] : []),
  ];
}

/** `812 bytes`, `45.1 kB`, `1.2 MB` */
export function size(bytes: number): string {
  if (bytes < 1000) return count(bytes, 'byte');
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
