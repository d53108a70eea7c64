// Encodings beyond UTF-8: the tables and texts below were written by Python's codecs (cp1250, koi8_r, cp932, …), not by the platform
// whose decoder is tested. U+FFFD stands for a byte that the encoding does not define.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENCODINGS, type Encoding } from '../../lib/core/encodings.ts';
import { decoded } from '../../lib/ingest/decoded.ts';

type Foreign = Exclude<Encoding, 'utf-8'>;

/** The bytes 0x80 to 0xFF. */
const TABLES: readonly (readonly [Foreign, string])[] = Object.entries({
  'windows-1250':
    '€\ufffd‚\ufffd„…†‡\ufffd‰Š‹ŚŤŽŹ\ufffd‘’“”•–—\ufffd™š›śťžź\u00a0ˇ˘Ł¤Ą¦§¨©Ş«¬\u00ad®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙',
  'windows-1251':
    'ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\ufffd™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя',
  'windows-1253':
    '€\ufffd‚ƒ„…†‡\ufffd‰\ufffd‹\ufffd\ufffd\ufffd\ufffd\ufffd‘’“”•–—\ufffd™\ufffd›\ufffd\ufffd\ufffd\ufffd\u00a0΅Ά£¤¥¦§¨©\ufffd«¬\u00ad®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡ\ufffdΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώ\ufffd',
  'windows-1257':
    '€\ufffd‚\ufffd„…†‡\ufffd‰\ufffd‹\ufffd¨ˇ¸\ufffd‘’“”•–—\ufffd™\ufffd›\ufffd¯˛\ufffd\u00a0\ufffd¢£¤\ufffd¦§Ø©Ŗ«¬\u00ad®Æ°±²³´µ¶·ø¹ŗ»¼½¾æĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙',
  'windows-874':
    '€\ufffd\ufffd\ufffd\ufffd…\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd‘’“”•–—\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\u00a0\u0e01\u0e02\u0e03\u0e04\u0e05\u0e06\u0e07\u0e08\u0e09\u0e0a\u0e0b\u0e0c\u0e0d\u0e0e\u0e0f\u0e10\u0e11\u0e12\u0e13\u0e14\u0e15\u0e16\u0e17\u0e18\u0e19\u0e1a\u0e1b\u0e1c\u0e1d\u0e1e\u0e1f\u0e20\u0e21\u0e22\u0e23\u0e24\u0e25\u0e26\u0e27\u0e28\u0e29\u0e2a\u0e2b\u0e2c\u0e2d\u0e2e\u0e2f\u0e30\u0e31\u0e32\u0e33\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a\ufffd\ufffd\ufffd\ufffd\u0e3f\u0e40\u0e41\u0e42\u0e43\u0e44\u0e45\u0e46\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4d\u0e4e\u0e4f\u0e50\u0e51\u0e52\u0e53\u0e54\u0e55\u0e56\u0e57\u0e58\u0e59\u0e5a\u0e5b\ufffd\ufffd\ufffd\ufffd',
  'iso-8859-2':
    '\u0080\u0081\u0082\u0083\u0084\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u008f\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097\u0098\u0099\u009a\u009b\u009c\u009d\u009e\u009f\u00a0Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u00adŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙',
  'iso-8859-15':
    '\u0080\u0081\u0082\u0083\u0084\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u008f\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097\u0098\u0099\u009a\u009b\u009c\u009d\u009e\u009f\u00a0¡¢£€¥Š§š©ª«¬\u00ad®¯°±²³Žµ¶·ž¹º»ŒœŸ¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ',
  'koi8-r':
    '─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u00a0⌡°²·÷═║╒ё╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡Ё╢╣╤╥╦╧╨╩╪╫╬©юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ',
  ibm866:
    'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀рстуфхцчшщъыьэюяЁёЄєЇїЎў°∙·√№¤■\u00a0',
}) as [Foreign, string][];

async function* chunks(bytes: Buffer, cuts: readonly number[]): AsyncIterable<Buffer> {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...at, bytes.length]) {
    if (end > start) yield Buffer.from(bytes.subarray(start, end));
    start = end;
  }
}

async function read(encoding: Foreign, bytes: Buffer, cuts: readonly number[] = []): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of decoded(chunks(bytes, cuts), encoding)) parts.push(part);
  return Buffer.concat(parts);
}

/** UTF-8 with a byte that is none for each U+FFFD. */
function marked(text: string): Buffer {
  const parts = text.split('\ufffd').flatMap((part) => [Buffer.from([0xff]), Buffer.from(part)]);
  return Buffer.concat(parts.slice(1));
}

describe('single bytes', () => {
  test.each(TABLES)('%s: every byte', async (encoding, high) => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const ascii = bytes.toString('latin1', 0, 0x80);
    expect((await read(encoding, bytes)).equals(marked(ascii + high))).toBe(true);
  });

  test('every text, cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TABLES),
        fc.uint8Array({ maxLength: 60 }),
        fc.array(fc.nat()),
        async ([encoding, high], values, cuts) => {
          const text = [...values].map((byte) =>
            byte < 0x80 ? String.fromCharCode(byte) : high[byte - 0x80],
          );
          const found = await read(encoding, Buffer.from(values), cuts);
          expect(found.equals(marked(text.join('')))).toBe(true);
        },
      ),
    );
  });
});

/** Characters and their bytes, among them bytes that look like a quote's, a backslash's or a digit's. */
const CHARACTERS: readonly (readonly [Foreign, readonly (readonly [string, string])[]])[] = [
  [
    'shift_jis',
    [
      ['a', '61'],
      [',', '2c'],
      ['"', '22'],
      ['\\', '5c'],
      ['\n', '0a'],
      ['0', '30'],
      ['~', '7e'],
      [' ', '20'],
      ['ソ', '835c'],
      ['表', '955c'],
      ['～', '8160'],
      ['予', '975c'],
      ['定', '92e8'],
      ['能', '945c'],
      ['①', '8740'],
      ['髙', 'eee0'],
      ['ｱ', 'b1'],
    ],
  ],
  [
    'euc-jp',
    [
      ['a', '61'],
      [',', '2c'],
      ['"', '22'],
      ['\\', '5c'],
      ['\n', '0a'],
      ['0', '30'],
      ['~', '7e'],
      [' ', '20'],
      ['日', 'c6fc'],
      ['本', 'cbdc'],
      ['語', 'b8ec'],
      ['ｶ', '8eb6'],
      ['表', 'c9bd'],
      ['あ', 'a4a2'],
      ['丂', '8fb0a1'],
    ],
  ],
  [
    'gb18030',
    [
      ['a', '61'],
      [',', '2c'],
      ['"', '22'],
      ['\\', '5c'],
      ['\n', '0a'],
      ['0', '30'],
      ['~', '7e'],
      [' ', '20'],
      ['中', 'd6d0'],
      ['乱', 'c2d2'],
      ['龍', 'fd88'],
      ['€', 'a2e3'],
      ['😀', '9439fc36'],
      ['é', 'a8a6'],
      ['�', '8431a437'],
    ],
  ],
  [
    'gbk',
    [
      ['a', '61'],
      [',', '2c'],
      ['"', '22'],
      ['\\', '5c'],
      ['\n', '0a'],
      ['0', '30'],
      ['~', '7e'],
      [' ', '20'],
      ['中', 'd6d0'],
      ['乱', 'c2d2'],
      ['龍', 'fd88'],
      ['丂', '8140'],
    ],
  ],
  [
    'big5',
    [
      ['a', '61'],
      [',', '2c'],
      ['"', '22'],
      ['\\', '5c'],
      ['\n', '0a'],
      ['0', '30'],
      ['~', '7e'],
      [' ', '20'],
      ['功', 'a55c'],
      ['許', 'b35c'],
      ['蓋', 'bb5c'],
      ['餐', 'c05c'],
    ],
  ],
  [
    'euc-kr',
    [
      ['a', '61'],
      [',', '2c'],
      ['"', '22'],
      ['\\', '5c'],
      ['\n', '0a'],
      ['0', '30'],
      ['~', '7e'],
      [' ', '20'],
      ['한', 'c7d1'],
      ['국', 'b1b9'],
      ['값', 'b0aa'],
    ],
  ],
];
const UNKNOWN: Readonly<Record<string, readonly string[]>> = {
  // The second of each pair begins a character that a line end or a quote cuts off.
  shift_jis: ['80', 'a0', 'fd', '8122', '810a', 'f040', '81'],
  'euc-jp': ['80', 'ff', 'a122', 'a10a', '8fa10a', 'a9a1'],
  gb18030: ['ff', '81300a', '81308122', '810a'],
  gbk: ['ff', '81308130', '810a', 'aaa1'],
  big5: ['80', 'ff', 'a10a', '8862'],
  // Syllables of Windows-949, which the platform does not know: refused, not misread.
  'euc-kr': ['80', 'ff', 'a10a', '8141', 'c9a1'],
};

describe('several bytes', () => {
  test.each<[Foreign, string, string]>([
    ['shift_jis', '835c955c8160975c92e82c22945c97cd5c220a8740eee0b1', 'ソ表～予定,"能力\\"\n①髙ｱ'],
    ['euc-jp', 'c6fccbdcb8ec2c8eb68ec50ac9bd', '日本語,ｶﾅ\n表'],
    ['iso-2022-jp', '1b2442467c4b5c1b28422c610a221b2442493d1b284222', '日本,a\n"表"'],
    ['gb18030', 'd6d0cec42c22fd88220aa2e39439fc36a8a6', '中文,"龍"\n€😀é'],
    ['gbk', 'd6d0cec42cc2d20afd88', '中文,乱\n龍'],
    ['big5', 'a55cb35c2cbb5c0a22c05c22', '功許,蓋\n"餐"'],
    ['euc-kr', 'c7d1b1b92c22b0aa220a31', '한국,"값"\n1'],
  ])('%s', async (encoding, hex, text) => {
    const bytes = Buffer.from(hex, 'hex');
    expect((await read(encoding, bytes)).toString()).toBe(text);
    for (let cut = 1; cut < bytes.length; cut++)
      expect((await read(encoding, bytes, [cut])).toString()).toBe(text);
  });

  test.each(CHARACTERS)('%s: every text of its characters, cut anywhere', async (encoding, characters) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...characters), { maxLength: 40 }),
        fc.array(fc.nat()),
        async (parts, cuts) => {
          const bytes = Buffer.from(parts.map(([, hex]) => hex).join(''), 'hex');
          expect((await read(encoding, bytes, cuts)).toString()).toBe(parts.map(([text]) => text).join(''));
        },
      ),
    );
  });

  test.each(CHARACTERS)(
    '%s: what is no character spoils its own line alone',
    async (encoding, characters) => {
      const bad = (UNKNOWN[encoding] ?? []).map((hex) => ['\ufffd', hex] as const);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom(...characters), { maxLength: 20 }),
          fc.constantFrom(...bad),
          fc.array(fc.constantFrom(...characters), { maxLength: 20 }),
          fc.array(fc.nat()),
          async (before, wrong, after, cuts) => {
            const lines = [before, [wrong], after].flatMap((parts) => [...parts, ['\n', '0a'] as const]);
            const bytes = Buffer.from(lines.map(([, hex]) => hex).join(''), 'hex');
            const found = await read(encoding, bytes, cuts);
            expect(found.equals(await read(encoding, bytes))).toBe(true);
            const text = (parts: readonly (readonly [string, string])[]) =>
              parts.map(([one]) => one).join('');
            const start = Buffer.from(`${text(before)}\n`);
            const end = Buffer.from(`\n${text(after)}\n`);
            expect(found.subarray(0, start.length).equals(start)).toBe(true);
            expect(found.subarray(found.length - end.length).equals(end)).toBe(true);
            expect(found.subarray(start.length, found.length - end.length).includes(0xff)).toBe(true);
          },
        ),
      );
    },
  );

  test.each([
    ['a line that ends within a character', '1b244224220a1b244224', 'あ\n\ufffd'],
    ['a character without its second byte', '1b2442240a61', '\ufffd\na'],
    ['a byte of eight bits', '61b10a62', 'a\ufffd\nb'],
    ['Roman, over a line end', '1b284a5c0a5c0a1b28425c', '¥\n¥\n\\'],
    ['two bytes are over at a line end', '1b244224220a41', 'あ\nA'],
  ])('iso-2022-jp: %s', async (_, hex, text) => {
    const bytes = Buffer.from(hex, 'hex');
    for (let cut = 0; cut < bytes.length; cut++)
      expect((await read('iso-2022-jp', bytes, [cut])).toString('latin1')).toBe(
        marked(text).toString('latin1'),
      );
  });

  test('control characters are what they are in ASCII', async () => {
    const bytes = Buffer.from(Array.from({ length: 0x80 }, (_, byte) => byte));
    for (const [encoding] of CHARACTERS) expect((await read(encoding, bytes)).equals(bytes)).toBe(true);
  });
});

test('every encoding that a contract may name is decoded on this platform', async () => {
  for (const encoding of ENCODINGS)
    if (encoding !== 'utf-8' && !encoding.startsWith('utf-16'))
      expect((await read(encoding, Buffer.from('id,"a"\n1,2'))).toString()).toBe('id,"a"\n1,2');
});
