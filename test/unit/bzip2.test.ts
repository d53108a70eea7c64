// bzip2, on archives that Python's bz2 module wrote; any other bytes end in an error, never in other text.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Bzip2Error } from '../../lib/ingest/bzip2/bits.ts';
import { unbzip2 } from '../../lib/ingest/bzip2/unbzip2.ts';

/** `sha256` of itself, again and again, from "seed": every byte, in no order. */
function chained(length: number): Buffer {
  const parts: Buffer[] = [];
  for (let last: Buffer = Buffer.from('seed'); parts.length * 32 < length; parts.push(last))
    last = createHash('sha256').update(last).digest();
  return Buffer.concat(parts).subarray(0, length);
}

const runs = [
  ['a', 4],
  ['b', 5],
  ['c', 300],
  ['d', 3],
  ['e', 259],
  ['f', 1000],
] as const;
const RUNS = Buffer.from(runs.map(([letter, times]) => letter.repeat(times)).join(''));
const packedRuns = Buffer.from(
  'QlpoMTFBWSZTWUqHfR4AAAPRAeAAACA/AACAAAggADEA000EeqegTD3NOY5MG2j+NhKQitGKhHC7kinChIJUO+jw',
  'base64',
);
const ARCHIVES: readonly (readonly [string, Buffer, Buffer])[] = [
  ['nothing', Buffer.alloc(0), Buffer.from('QlpoORdyRThQkAAAAAA=', 'base64')],
  ['a byte', Buffer.from('a'), Buffer.from('QlpoOTFBWSZTWRmTm2sAAAABACAAIAAhGEaC7kinChIDMnNtYA==', 'base64')],
  ['runs', RUNS, packedRuns],
  ['two archives', Buffer.concat([RUNS, RUNS]), Buffer.concat([packedRuns, packedRuns])],
  [
    'every byte',
    chained(700),
    Buffer.from(
      'QlpoOTFBWSZTWUmaCSoAACh///f//v/////f//f7///+v//9+//9//f/9///a////7/fwAH65zWzu7kAAAGgAAGgAaAAAGgA' +
        'AAAAAANGQGgAAAA0AAAAAAaABoNAGhoGhAAAAAAAABo0ANAAABoAABoAaDQAAAaANDQAAAADQAMgAAAADQ0QAaAANAAAAAAA' +
        'NAAADQNDIBkAaAaDQAAAANAaAAAaAAAAAAAABAAAGjTQAAAAeoAAAAaGgAAAA0AAABoAAAAAAA0AaADQ0GgAAAAl677BC2cy' +
        '+rQT6aiEKCSRUFMBAiKD8L5bSgGRGgJ0SKc+ScSebik1vJFnOmOBjgnHG+vpZcZvXwpW/sPeAuMMtcHDJZ1gaJRyFv6W3rqg' +
        'RVy9m4BPQ1tNLVEw7VuNZYcEijhzPaMlGsg3E1POJErjAF5A55PyikC5hHoPKf1nU8KUHb7xbkWDGPVCbpbgZWvdKgtaEABR' +
        '77upGuK143N5gkl7C64kG25ObTQniRyKUiqROOfVCggA+RyOYQfmA3u77L2mWQnFoBwLiLprLP0BFtGL68RONdbDVPhgll/W' +
        'aWI+IIaA7gjTqhime/hQuPey0ID0etuShHRrdZ2RqV8+0mlyboOeDQ10FIVniwLbXwQT8rChM+B3BzpyK1gCucxiXfvY/IDs' +
        '3Wj8nibbeuYSsiBCKaFYVSHU87SFAdnDJNeHzfhK2vrmn5diwD7ZJGYWLVwKV4hYULm1JOx+81TwQwZy0W0Keq2Najze+kLG' +
        'AVQ1orr4tDwB8dGFdSh7Zg/JKl3uPqsxegleXAYzGKqaxEbAd8KraYZwGLCQBgDwmWmfeReAeAfWHsFG49uF+hHd1IQZHFOh' +
        '+9Po6HulA7aBnyLVFa8EWF2gfwJ9TVrH1icG7+owZU/LwGg/MgoDIKD5C7fHBDb6cmYMExNZ/shRRsh84DuiZHz++AHPUQBT' +
        '8ADy3rytbCgTKAz0+97fGWCkSjsDfsmb6AYZuA2NIF7nDDQe3rInG5MQYO/9YFx98rD/dCeCvd+1jPMApArzgaRGigyEZ+It' +
        'gjgeedL6eAh9O4yD6ZhG8W0zPawH40spAtMJNcf8QaaWnOUH0i83nKMMOOCX5rXsWKBH/ucssVUD5xYoyK7nxxxVk53bVct7' +
        'SpIx4SJgQYswDQDef6WSQ9BKiGqxrP49/xdyRThQkEmaCSo=',
      'base64',
    ),
  ],
  [
    'runs over the ends of blocks',
    Buffer.alloc(30_000_000, 'x'),
    Buffer.from(
      'QlpoMTFBWSZTWVCn3V4ADQSAgIBAAAggACCkCDSoKjEqCo5igrJMprKhT7q8ABoJAQEAgAAQQABBSBBpUFRiVBUcxQVkmU1l' +
        'Qp91eAA0EgICAQAAIIAAgpAg0qCoxKgqOYoKyTKayoU+6vAAaCQEBAIAAEEAAQUgQaVBUYlQVHMUFZJlNZUKfdXgANBICAgE' +
        'AACCAAIKQINKgqMSoKjmKCskyms1svcxwARQKBAQAQAIAAEEAAYZgTVNOrQClW1QClXi7kinChIav/xSwA==',
      'base64',
    ),
  ],
];

async function unpacked(bytes: Buffer, size = 1_000_000): Promise<Buffer> {
  async function* chunks() {
    for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
  }
  const parts: Buffer[] = [];
  for await (const part of unbzip2(chunks())) {
    expect(part.length).toBeLessThan(200_000);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

test.each(ARCHIVES)('%s', async (_, text, packed) => {
  expect((await unpacked(packed)).equals(text)).toBe(true);
  expect((await unpacked(packed, 7)).equals(text)).toBe(true);
});

test('each of its bits counts', async () => {
  let refused = 0;
  for (let bit = 0; bit < packedRuns.length * 8; bit++) {
    const changed = Buffer.from(packedRuns);
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      // Another block size than the one that it says, and bits that no byte depends on, change nothing.
      expect((await unpacked(changed)).equals(RUNS)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(Bzip2Error);
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(450);
});

test('an archive that is cut, or followed by something else, is broken', async () => {
  for (let length = 1; length < packedRuns.length; length++)
    await expect(unpacked(packedRuns.subarray(0, length))).rejects.toThrow(Bzip2Error);
  await expect(unpacked(Buffer.concat([packedRuns, Buffer.from('rest')]))).rejects.toThrow(
    'what follows its end is no bzip2 archive',
  );
});
