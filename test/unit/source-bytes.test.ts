import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Encoding } from '../../lib/core/contract.ts';
import { BrokenArchiveError, TooLargeError, textBytes } from '../../lib/ingest/source-bytes.ts';
import { Utf8Check } from '../../lib/ingest/utf8-check.ts';
import { useTemp } from '../support/temp.ts';

const folder = useTemp();

let files = 0;
async function read(bytes: Uint8Array, encoding: Encoding = 'utf-8', extension = 'csv'): Promise<Buffer> {
  const path = join(folder, `${++files}.${extension}`);
  await writeFile(path, bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of textBytes(path, encoding)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Longer than a chunk, with characters of every length across the chunks' edges. */
const LONG = 'aé€😀'.repeat(200_001);

describe('encodings', () => {
  test.each<[Encoding, Buffer, string]>([
    ['utf-8', Buffer.from(LONG), LONG],
    ['utf-8', Buffer.from(`\ufeff${LONG}`), LONG],
    ['utf-16', Buffer.from(`\ufeff${LONG}`, 'utf16le'), LONG],
    ['utf-16', Buffer.from(`a\ufeff${LONG}`, 'utf16le'), `a\ufeff${LONG}`],
    ['utf-16', Buffer.from(`\ufeff${LONG}`, 'utf16le').swap16(), LONG],
    ['utf-16be', Buffer.from(LONG, 'utf16le').swap16(), LONG],
    ['utf-16le', Buffer.from(`x${LONG}`, 'utf16le'), `x${LONG}`],
    ['iso-8859-1', Buffer.from('a\x80\xe9\xff', 'latin1'), 'a\u0080éÿ'],
    ['windows-1252', Buffer.from([0x61, 0x80, 0x85, 0x93, 0x9f, 0xe9]), 'a€…“Ÿé'],
    ['utf-8', Buffer.alloc(0), ''],
    ['utf-8', Buffer.from('a'), 'a'],
    ['utf-16', Buffer.from('\ufeff', 'utf16le'), ''],
  ])('%s', async (encoding, bytes, text) => {
    const decoded = await read(bytes, encoding);
    expect(decoded.equals(Buffer.from(text))).toBe(true);
  });

  test.each<[Encoding, number[], number[]]>([
    ['windows-1252', [0x61, 0x81, 0x62], [0x61, 0xff, 0x62]],
    ['utf-16le', [0x61, 0, 0x3d, 0xd8, 0x62, 0], [0x61, 0xff, 0x62]],
    ['utf-16le', [0x3d, 0xdc, 0x61, 0], [0xff, 0x61]],
    ['utf-16le', [0x61, 0, 0x3d, 0xd8], [0x61, 0xff]],
    ['utf-16be', [0, 0x61, 0], [0x61, 0xff]],
  ])('%s: what it does not know becomes a byte that is no UTF-8: %j', async (encoding, bytes, expected) => {
    expect([...(await read(Buffer.from(bytes), encoding))]).toEqual(expected);
  });
});

describe('archives', () => {
  test.each(['csv.gz', 'csv.zst', 'csv.zip'])(
    'plain text is read as such, though it be named .%s',
    async (extension) => {
      expect((await read(Buffer.from(LONG), 'utf-8', extension)).toString()).toBe(LONG);
    },
  );

  test('a packed text is unpacked under any name', async () => {
    expect((await read(gzipSync(LONG), 'utf-8', 'csv')).toString()).toBe(LONG);
  });

  test('members of a gzip archive follow each other', async () => {
    const bytes = Buffer.concat([gzipSync('a,b\n'), gzipSync(LONG)]);
    expect((await read(bytes, 'utf-8', 'csv.gz')).toString()).toBe(`a,b\n${LONG}`);
  });

  test.each([7, 2_500_000])('%i zeros may pad a gzip archive, and nothing may follow them', async (zeros) => {
    const padded = Buffer.concat([gzipSync('a,b\n'), Buffer.alloc(zeros)]);
    expect((await read(padded)).toString()).toBe('a,b\n');
    const broken = /^the gzip archive goes on after zeros behind its end/;
    for (const more of [gzipSync('1,2\n'), Buffer.from('1,2\n')]) {
      const reading = read(Buffer.concat([padded, more]));
      await expect(reading).rejects.toThrow(BrokenArchiveError);
      await expect(reading).rejects.toThrow(broken);
    }
  });

  test.each([
    [
      'csv.gz',
      gzipSync(LONG).subarray(0, -4),
      /^the gzip archive is broken: unexpected end of file\. Send the file again$/,
    ],
    ['csv.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04]), /^the zstd archive is broken: /],
  ])('a broken %s', async (extension, bytes, message) => {
    const reading = read(bytes, 'utf-8', extension);
    await expect(reading).rejects.toThrow(BrokenArchiveError);
    await expect(reading).rejects.toThrow(message);
  });
});

/** zstd frames of raw and run-length blocks, as RFC 8878 has them: what a test can write without a compressor. */
type Block = { readonly byte: number; readonly size: number; readonly isRun: boolean };
type Frame = {
  readonly blocks: readonly Block[];
  readonly hasChecksum: boolean;
  readonly windowLog?: number;
};

function zstdFrame({ blocks, hasChecksum, windowLog = 17 }: Frame): Buffer {
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, hasChecksum ? 4 : 0, (windowLog - 10) << 3])];
  const all = blocks.length === 0 ? [{ byte: 0, size: 0, isRun: false }] : blocks;
  all.forEach(({ byte, size, isRun }, i) => {
    const header = Buffer.alloc(3);
    header.writeUIntLE((i === all.length - 1 ? 1 : 0) | ((isRun ? 1 : 0) << 1) | (size << 3), 0, 3);
    parts.push(header, Buffer.alloc(isRun ? 1 : size, byte));
  });
  // Nobody here looks at the sum.
  if (hasChecksum) parts.push(Buffer.alloc(4, 7));
  return Buffer.concat(parts);
}

function skippable(size: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(0x184d2a53, 0);
  header.writeUInt32LE(size, 4);
  return Buffer.concat([header, Buffer.alloc(size, 0x28)]);
}

describe('zstd archives', () => {
  const block = fc.record({
    byte: fc.integer({ min: 97, max: 122 }),
    size: fc.oneof(fc.nat(20), fc.nat(131_072)),
    isRun: fc.boolean(),
  });
  const frame = fc.record({ blocks: fc.array(block, { maxLength: 4 }), hasChecksum: fc.boolean() });

  test('frames of any blocks follow each other, others are skipped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(frame, fc.nat(300)), { maxLength: 6 }), async (frames) => {
        const archive = frames.map((one) => (typeof one === 'number' ? skippable(one) : zstdFrame(one)));
        const blocks = frames.flatMap((one) => (typeof one === 'number' ? [] : one.blocks));
        const text = Buffer.concat(blocks.map(({ byte, size }) => Buffer.alloc(size, byte)));
        expect((await read(Buffer.concat(archive), 'utf-8', 'csv.zst')).equals(text)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('of ten thousand tiny frames', async () => {
    const one = zstdFrame({ blocks: [{ byte: 97, size: 1, isRun: false }], hasChecksum: false });
    const archive = Buffer.concat(Array.from({ length: 10_000 }, () => one));
    expect((await read(archive, 'utf-8', 'csv.zst')).equals(Buffer.alloc(10_000, 97))).toBe(true);
  });

  test('that would need more memory than the zstd command gives are not unpacked', async () => {
    const reading = read(zstdFrame({ blocks: [], hasChecksum: false, windowLog: 28 }), 'utf-8', 'csv.zst');
    await expect(reading).rejects.toThrow(
      'needs 256 MB of memory to be unpacked, and at most 128 MB are given',
    );
    await expect(reading).rejects.toThrow(BrokenArchiveError);
  });
});

describe('an archive that holds more than may be read', () => {
  const bombs: [string, () => Buffer][] = [
    ['csv.gz', () => Buffer.concat(Array.from({ length: 20 }, () => gzipSync(Buffer.alloc(10_000_000))))],
    [
      'csv.zst',
      () => {
        const blocks = Array.from({ length: 1600 }, () => ({ byte: 0, size: 131_072, isRun: true }));
        return zstdFrame({ blocks, hasChecksum: false });
      },
    ],
  ];

  test.each(bombs)('%s: is left after that much, in pieces of bounded size', async (extension, bomb) => {
    const path = join(folder, `${++files}.${extension}`);
    await writeFile(path, bomb());
    const limit = 30_000_000;
    let [bytes, longest] = [0, 0];
    const reading = (async () => {
      for await (const chunk of textBytes(path, 'utf-8', limit)) {
        bytes += chunk.length;
        longest = Math.max(longest, chunk.length);
      }
    })();
    await expect(reading).rejects.toThrow(TooLargeError);
    expect(bytes).toBeLessThanOrEqual(limit);
    expect(bytes).toBeGreaterThan(limit - 4_000_000);
    expect(longest).toBeLessThanOrEqual(1_100_000);
  });

  test('what is not packed has its size before it is read', async () => {
    const path = join(folder, `${++files}.csv`);
    await writeFile(path, 'a,b\n');
    const chunks: Buffer[] = [];
    for await (const chunk of textBytes(path, 'utf-8', 1)) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('a,b\n');
  });
});

test('bytes are valid UTF-8 in chunks exactly where they are as a whole', () => {
  const piece = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('a', 'é', '€', '😀').map((text) => Buffer.from(text)) },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ minLength: 1, maxLength: 2, min: 0x78 }).map((bytes) => Buffer.from(bytes)),
    },
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (pieces, size) => {
      const bytes = Buffer.concat(pieces);
      const check = new Utf8Check();
      for (let i = 0; i < bytes.length; i += size) check.push(bytes.subarray(i, i + size));
      check.end();
      expect(check.isValid).toBe(isValid(bytes));
    }),
    { numRuns: 1000 },
  );
});

function isValid(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
