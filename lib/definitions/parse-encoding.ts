// Which encoding a contract's `encoding` names. Labels are those of the WHATWG, compared as it says
// (https://encoding.spec.whatwg.org/#concept-encoding-get), and the same names with other punctuation.
import type { Encoding } from '../core/contract.ts';
import { didYouMean } from '../core/did-you-mean.ts';
import { ENCODINGS } from '../core/encodings.ts';
import type { Place } from './place.ts';

/**
 * In lower case without punctuation. These names mean here what they say: for the WHATWG, Latin-1 and ASCII are windows-1252, and
 * utf-16 is little-endian whatever its mark.
 */
const OWN: Readonly<Record<string, Encoding>> = {
  utf8: 'utf-8',
  utf8sig: 'utf-8',
  ascii: 'utf-8',
  usascii: 'utf-8',
  'ansix3.41968': 'utf-8',
  latin1: 'iso-8859-1',
  iso88591: 'iso-8859-1',
  'iso88591:1987': 'iso-8859-1',
  isoir100: 'iso-8859-1',
  csisolatin1: 'iso-8859-1',
  cp819: 'iso-8859-1',
  ibm819: 'iso-8859-1',
  l1: 'iso-8859-1',
  windows1252: 'windows-1252',
  cp1252: 'windows-1252',
  xcp1252: 'windows-1252',
  utf16: 'utf-16',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
};

export function parseEncoding(word: string, place: Place): Encoding {
  const bare = withoutPunctuation(word);
  const encoding =
    OWN[bare] ??
    labelled(word) ??
    labelled(bare) ??
    ENCODINGS.find((name) => withoutPunctuation(name) === bare);
  if (encoding !== undefined) return encoding;
  return place.refuse(
    `the encoding ${JSON.stringify(word)} is not supported.${suggestion(word)} Write one of ${ENCODINGS.join(', ')}`,
  );
}

function withoutPunctuation(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}

/** What the platform understands by a label; its names are the WHATWG's in lower case. */
function labelled(label: string): Encoding | undefined {
  try {
    const name = new TextDecoder(label).encoding;
    // Such as "ucs-2": a mark decides, as for "utf-16".
    return name === 'utf-16le' ? 'utf-16' : ENCODINGS.find((encoding) => encoding === name);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The last part of a name tells one alphabet from another (1250 from 1252, kr from jp): a slip there may be any of them. */
function suggestion(word: string): string {
  const last = (name: string) =>
    name
      .toLowerCase()
      .split(/[-_\s]+/)
      .at(-1);
  return didYouMean(
    word,
    ENCODINGS.filter((name) => last(name) === last(word)),
  );
}
