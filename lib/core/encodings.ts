// The encodings that a contract may name. Those of the WHATWG (https://encoding.spec.whatwg.org/#names-and-labels) are decoded
// by the platform's TextDecoder; the list stands here so that a contract means the same on every platform.

/** Decoded by code of our own. `utf-16`: according to its byte order mark, little-endian without one. `iso-8859-1` is the real Latin-1. */
const OWN_ENCODINGS = ['utf-8', 'iso-8859-1', 'windows-1252', 'utf-16', 'utf-16le', 'utf-16be'] as const;

/** One byte is one character. */
export const SINGLE_BYTE_ENCODINGS = [
  'iso-8859-2',
  'iso-8859-3',
  'iso-8859-4',
  'iso-8859-5',
  'iso-8859-6',
  'iso-8859-7',
  'iso-8859-8',
  'iso-8859-8-i',
  'iso-8859-10',
  'iso-8859-13',
  'iso-8859-14',
  'iso-8859-15',
  'ibm866',
  'koi8-r',
  'koi8-u',
  'macintosh',
  'x-mac-cyrillic',
  'windows-874',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
] as const;

/** One character is one byte or several. */
export const MULTI_BYTE_ENCODINGS = [
  'big5',
  'euc-jp',
  'euc-kr',
  'gb18030',
  'gbk',
  'iso-2022-jp',
  'shift_jis',
] as const;

export type SingleByteEncoding = (typeof SINGLE_BYTE_ENCODINGS)[number];
export type MultiByteEncoding = (typeof MULTI_BYTE_ENCODINGS)[number];
export type Encoding = (typeof OWN_ENCODINGS)[number] | SingleByteEncoding | MultiByteEncoding;

/** By the names that contracts use. */
export const ENCODINGS: readonly Encoding[] = [
  ...OWN_ENCODINGS,
  ...SINGLE_BYTE_ENCODINGS,
  ...MULTI_BYTE_ENCODINGS,
];

export function isSingleByte(encoding: Encoding): encoding is SingleByteEncoding {
  return SINGLE_BYTE_ENCODINGS.some((name) => name === encoding);
}

export function isMultiByte(encoding: Encoding): encoding is MultiByteEncoding {
  return MULTI_BYTE_ENCODINGS.some((name) => name === encoding);
}
