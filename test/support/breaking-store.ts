// A landing whose files cannot be read beyond their first bytes.
import type { ByteRange, ObjectStore } from '../../lib/ports.ts';

/** Blocks of the source file cannot be read while `isBroken`. */
export function breaking(isBroken: () => boolean) {
  const requireSound = (ranges: readonly ByteRange[]) => {
    const behind = ranges.find(({ from }) => from > 0);
    if (behind && isBroken()) throw new Error(`byte ${behind.from} cannot be read`);
  };
  return (landing: ObjectStore): ObjectStore => ({
    location: landing.location,
    head: (key) => landing.head(key),
    list: (...asked) => landing.list(...asked),
    read: (key) => landing.read(key),
    write: (...asked) => landing.write(...asked),
    create: (...asked) => landing.create(...asked),
    download: (...asked) => landing.download(...asked),
    upload: (...asked) => landing.upload(...asked),
    remove: (keys) => landing.remove(keys),
    downloadRanges: async (key, etag, ranges) => {
      requireSound(ranges);
      return landing.downloadRanges(key, etag, ranges);
    },
    readRange: (key, etag, range) => {
      requireSound([range]);
      return landing.readRange(key, etag, range);
    },
  });
}
