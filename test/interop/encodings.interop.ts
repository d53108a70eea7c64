// Every byte, and every pair of bytes, in every encoding that a contract may name, against Python's codecs. What either reads as
// a character, and how the two differ, is listed here; nothing else may.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MULTI_BYTE_ENCODINGS, SINGLE_BYTE_ENCODINGS } from '../../lib/core/encodings.ts';
import { type decoded as decode, decoded } from '../../lib/ingest/decoded.ts';
import { askPython } from './python.ts';

const SCRIPT = join(import.meta.dirname, 'decode_bytes.py');

type Foreign = Parameters<typeof decode>[1];

const NAMES: Readonly<Partial<Record<Foreign, string>>> = {
  'iso-8859-8-i': 'iso8859-8',
  ibm866: 'cp866',
  macintosh: 'mac_roman',
  'x-mac-cyrillic': 'mac_cyrillic',
  big5: 'cp950',
  'iso-2022-jp': 'iso2022_jp',
  shift_jis: 'cp932',
};

function codec(encoding: Foreign): string {
  return NAMES[encoding] ?? encoding.replace('windows-', 'cp');
}

/** Null where some bytes are no character. */
async function ours(encoding: Foreign, hex: string): Promise<string | null> {
  const parts: Buffer[] = [];
  for await (const part of decoded(once(Buffer.from(hex, 'hex')), encoding)) parts.push(part);
  const bytes = Buffer.concat(parts);
  return bytes.includes(0xff) ? null : bytes.toString();
}

async function* once(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

async function differences(encoding: Foreign, texts: readonly string[]): Promise<Record<string, string[]>> {
  const asked = await askPython(SCRIPT, { [codec(encoding)]: texts });
  const answers = (asked as Record<string, (string | null)[]>)[codec(encoding)] ?? [];
  const found: Record<string, string[]> = {
    'we alone read': [],
    'Python alone reads': [],
    'read differently': [],
  };
  for (const [i, hex] of texts.entries()) {
    const [own, other] = [await ours(encoding, hex), answers[i] ?? null];
    if (own === other) continue;
    const kind = own === null ? 'Python alone reads' : other === null ? 'we alone read' : 'read differently';
    found[kind]?.push(hex);
  }
  return found;
}

const NONE = { 'we alone read': [], 'Python alone reads': [], 'read differently': [] };

describe('single bytes', () => {
  test.each([...SINGLE_BYTE_ENCODINGS, 'iso-8859-1', 'windows-1252'] as const)('%s', async (encoding) => {
    expect(await differences(encoding, HEX)).toEqual(NONE);
  });
});

/** How many pairs one of the two refuses, and which they read as different characters. */
const EXPECTED: Readonly<Record<(typeof MULTI_BYTE_ENCODINGS)[number], object>> = {
  // Python's are characters for private use.
  big5: { 'we alone read': 0, 'Python alone reads': 249, different: [] },
  // Ours has the rows of NEC and IBM, and Microsoft's choice of dashes and signs, as the WHATWG's table has.
  'euc-jp': {
    'we alone read': 460,
    'Python alone reads': 0,
    different: ['a1c1', 'a1c2', 'a1dd', 'a1f1', 'a1f2', 'a2cc'],
  },
  // The euro and the registered sign came late; a filler.
  'euc-kr': { 'we alone read': 1, 'Python alone reads': 2, different: [] },
  // 0x80 is the euro. Python's are for private use: a later edition of the standard gave them places of their own.
  gb18030: {
    'we alone read': 257,
    'Python alone reads': 0,
    different:
      'a3a0 a6d9 a6da a6db a6dc a6dd a6de a6df a6ec a6ed a6f3 a8bc fe59 fe61 fe66 fe67 fe6d fe7e fe90 fea0'.split(
        ' ',
      ),
  },
  gbk: { 'we alone read': 257, 'Python alone reads': 0, different: [] },
  // Shift characters and lone escapes, which Python passes on.
  'iso-2022-jp': { 'we alone read': 0, 'Python alone reads': 755, different: [] },
  // Characters for private use, and bytes that are none.
  shift_jis: { 'we alone read': 0, 'Python alone reads': 3815, different: [] },
};

describe('several bytes', () => {
  test.each(MULTI_BYTE_ENCODINGS)('%s', async (encoding) => {
    const pairs = HEX.flatMap((first) => HEX.map((second) => first + second));
    const { 'read differently': different, ...sides } = await differences(encoding, pairs);
    const counts = Object.fromEntries(Object.entries(sides).map(([kind, { length }]) => [kind, length]));
    expect({ ...counts, different }).toEqual(EXPECTED[encoding]);
  });
});
