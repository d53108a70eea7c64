// Counts the rows of a sheet that have a value in the text of its XML, without the parser that reads the cells: what the rows that were
// read are held against.
import { BrokenArchiveError } from '../source-bytes.ts';

const TAG =
  /<!--|<\?|<(?:[\w.-]+:)?(?:(sheetData)\b([^<>]*)>|(row)\b([^<>]*)>|[vt](?:\s[^<>]*)?(?<!\/)>(?=[^<]|<!\[CDATA\[[^\]])|(\/)sheetData\b)/g;
/** Where that ends in which a tag is none. */
const ENDS: Readonly<Record<string, string>> = { '<!--': '-->', '<?': '?>' };
/** No tag or comment is longer. */
const MOST_KEPT = 4 * 1024 * 1024;

/** `skip`: rows up to this one are not counted. */
export class SheetCounter {
  rows = 0;
  readonly #skip: number;
  #rest = '';
  #state: 'before' | 'within' | 'after' = 'before';
  #row = 0;
  #hasValue = false;

  constructor(skip: number) {
    this.#skip = skip;
  }

  push(piece: string): void {
    if (this.#state === 'after') return;
    const text = this.#rest + piece;
    // The last tag may go on, and what comes after the one before it may begin with the last one.
    const end = text.lastIndexOf('<', text.lastIndexOf('<') - 1);
    const rest = this.#scan(text, Math.max(0, end));
    this.#rest = text.slice(rest);
    if (this.#rest.length > MOST_KEPT)
      throw new BrokenArchiveError(`the sheet has a tag or a comment of more than ${MOST_KEPT} characters`);
  }

  end(): void {
    this.#scan(this.#rest, this.#rest.length);
  }

  /** Looks at the tags before `end`, and returns where to go on. */
  #scan(text: string, end: number): number {
    TAG.lastIndex = 0;
    let over = 0;
    for (;;) {
      const found = TAG.exec(text);
      if (found === null || found.index >= end) return Math.max(end, over);
      const closing = ENDS[found[0]];
      if (closing === undefined) this.#take(found);
      else {
        over = text.indexOf(closing, found.index);
        if (over < 0) return found.index;
        TAG.lastIndex = over;
      }
    }
  }

  #take([, opens, sheet, row, attributes, closes]: RegExpExecArray): void {
    if (opens !== undefined) this.#state = sheet?.endsWith('/') ? 'after' : 'within';
    else if (closes !== undefined) this.#state = 'after';
    else if (this.#state !== 'within') return;
    else if (row !== undefined) {
      const number = /(?:^|\s)r\s*=\s*["'](\d+)["']/.exec(attributes ?? '')?.[1];
      this.#row = number === undefined ? this.#row + 1 : Number(number);
      this.#hasValue = false;
    } else if (!this.#hasValue) {
      this.#hasValue = true;
      if (this.#row > this.#skip) this.rows += 1;
    }
  }
}
