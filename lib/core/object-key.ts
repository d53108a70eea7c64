// The keys that every store accepts, and their order. Shared by the local stores, so that a key can never leave their root.

/** Throws on an invalid key: empty, absolute, with an empty, `.` or `..` segment, or with a NUL. */
export function checkKey(key: string): void {
  const problem = key.includes('\0') ? 'a NUL byte' : key.split('/').map(segmentProblem).find(Boolean);
  if (problem) throw new Error(`${JSON.stringify(key)} cannot be an object's key: it has ${problem}.`);
}

/** The same for a prefix, whose last segment may be cut anywhere. */
export function checkPrefix(prefix: string): void {
  const slash = prefix.lastIndexOf('/');
  if (slash >= 0) checkKey(prefix.slice(0, slash));
  if (prefix.includes('\0')) checkKey(prefix);
}

function segmentProblem(segment: string): string | undefined {
  if (segment === '') return "an empty segment (a leading, trailing or doubled '/')";
  if (segment === '.' || segment === '..') return `the segment ${JSON.stringify(segment)}`;
  return undefined;
}

/** Ascending by UTF-8 bytes, as S3 lists; JavaScript's own order is by UTF-16 units. Listings compare every name several times. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return inBytes(left) - inBytes(right);
  }
  return a.length - b.length;
}

/** Halves of a pair stand for characters beyond all others; only E000 to FFFF are above them as units. */
function inBytes(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
