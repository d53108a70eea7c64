// The XML of one part of a workbook as events, piece by piece and in bounded memory. Knows no spreadsheet. What OPC forbids (a DTD, and
// with it every entity of one's own) and what is not well-formed ends in BrokenArchiveError. ECMA-376 Part 2, section 8.2.
import { TextDecoder } from 'node:util';
import { SaxesParser } from 'saxes';
import { quoted, shown } from '../../core/violation.ts';
import { BrokenArchiveError } from '../source-bytes.ts';
import type { ZipMember } from '../zip/zip-archive.ts';

export type Attributes = Readonly<Record<string, string>>;

/** `path`: local names from the root to this element; the same array each time. */
export type XmlEvents = {
  open?(path: readonly string[], attributes: Attributes): void;
  /** May come in several pieces. */
  text?(path: readonly string[], text: string): void;
  close?(path: readonly string[]): void;
};

/** Characters of a text; Excel itself has at most 32,767 in a cell. */
export const MAX_TEXT = 1024 * 1024;
/** Characters between two tags, and in a tag: what the parser keeps. */
const MAX_BETWEEN = 2 * MAX_TEXT;
const MAX_DEPTH = 256;
/** It may cite the file. */
const MAX_MESSAGE = 200;
const SEND_AGAIN = 'Open the workbook in a spreadsheet program, save it, and send it again';

/** Yields the text of each piece once its events are over. */
export async function* parsedXml(part: ZipMember, events: XmlEvents): AsyncIterable<string> {
  const path: string[] = [];
  let hasTag = false;
  const parser = new SaxesParser({ position: false, xmlns: false as const });
  parser.on('error', ({ message }) => {
    throw brokenPart(part, quoted(message.slice(0, MAX_MESSAGE)).slice(1, -1).replace(/\.$/, ''));
  });
  parser.on('doctype', () => {
    throw brokenPart(part, 'it has a document type declaration, which no workbook may have');
  });
  parser.on('opentag', ({ name, attributes }) => {
    hasTag = true;
    path.push(localName(name));
    if (path.length > MAX_DEPTH)
      throw brokenPart(part, `its elements are nested more than ${MAX_DEPTH} deep`);
    events.open?.(path, attributes);
  });
  const text = (piece: string) => events.text?.(path, piece);
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', () => {
    hasTag = true;
    events.close?.(path);
    path.pop();
  });
  let between = 0;
  for await (const piece of partText(part)) {
    hasTag = false;
    parser.write(piece);
    between = hasTag ? 0 : between + piece.length;
    if (between > MAX_BETWEEN)
      throw brokenPart(part, `a text or a tag in it has more than ${between} characters`);
    yield piece;
  }
  parser.close();
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** The value of an attribute whose name has a prefix, such as `r:id`. */
export function prefixed(attributes: Attributes, name: string): string | undefined {
  return Object.entries(attributes).find(([key]) => key.endsWith(`:${name}`))?.[1];
}

export function brokenPart({ name }: ZipMember, problem: string): BrokenArchiveError {
  return new BrokenArchiveError(`${shown(name)} in the workbook is broken: ${problem}. ${SEND_AGAIN}`);
}

/** UTF-8 or UTF-16: no other encoding is allowed in a package. */
export async function* partText(part: ZipMember): AsyncIterable<string> {
  let decoder: TextDecoder | undefined;
  let encoding = 'utf-8';
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined
        ? (decoder?.decode() ?? '')
        : (decoder?.decode(bytes, { stream: true }) ?? '');
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw brokenPart(part, `its bytes are not valid ${encoding.toUpperCase()}`);
    }
  };
  for await (const chunk of part.read()) {
    if (decoder === undefined && chunk.length === 0) continue;
    if (decoder === undefined) {
      encoding = encodingOf(chunk);
      decoder = new TextDecoder(encoding, { fatal: true });
    }
    yield decode(chunk);
  }
  yield decode();
}

function encodingOf(chunk: Buffer): string {
  const start = chunk.toString('latin1', 0, 2);
  if (start === '\xff\xfe' || start === '<\0') return 'utf-16le';
  return start === '\xfe\xff' || start === '\0<' ? 'utf-16be' : 'utf-8';
}
