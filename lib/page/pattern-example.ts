// A text that a regular expression matches as a whole, for the examples of a contract. It understands what patterns of contracts
// are mostly made of, and gives up on the rest: whoever asks tries the text.

/** Undefined where the pattern has something that is not understood. `seed`: another one may give another text. */
export function textOfPattern(pattern: string, seed: number): string | undefined {
  const reader = new PatternReader(pattern, seed);
  try {
    return reader.read();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {}

const CLASSES: Readonly<Record<string, string>> = {
  d: '0123456789',
  w: 'abcdefghijklmnopqrstuvwxyz0123456789_',
  s: ' ',
  D: 'abcdefghijklmnopqrstuvwxyz',
  W: '-',
  S: 'abcdefghijklmnopqrstuvwxyz',
};
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');
const ANY = 'abcdefghijklmnopqrstuvwxyz';
const MAX_CHARACTERS = 500;

class PatternReader {
  readonly #pattern: string;
  readonly #seed: number;
  #at = 0;
  #picked = 0;

  constructor(pattern: string, seed: number) {
    this.#pattern = pattern;
    this.#seed = seed;
  }

  read(): string {
    const text = this.#choice();
    if (this.#at < this.#pattern.length || text.length > MAX_CHARACTERS) throw new NotUnderstood();
    return text;
  }

  /** One of the alternatives, up to the end or a closing bracket. */
  #choice(): string {
    const all = [this.#sequence()];
    while (this.#peek() === '|') {
      this.#at += 1;
      all.push(this.#sequence());
    }
    return all[this.#seed % all.length] ?? '';
  }

  #sequence(): string {
    let text = '';
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#peek())) text += this.#repeated();
    return text;
  }

  #repeated(): string {
    const start = this.#at;
    const first = this.#atom();
    const times = this.#quantifier();
    if (times === undefined) return first;
    const end = this.#at;
    let text = '';
    for (let i = 0; i < times; i++) {
      this.#at = start;
      text += this.#atom();
    }
    this.#at = end;
    return text;
  }

  /** How often; undefined for once. */
  #quantifier(): number | undefined {
    const rest = this.#pattern.slice(this.#at);
    const [whole, sign, least] = /^(?:([*+?])|\{(\d+)(?:,\d*)?\})\??/.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    this.#at += whole.length;
    return Math.min(
      least === undefined ? (sign === '+' ? 3 : sign === '*' ? 0 : 1) : Number(least),
      MAX_CHARACTERS,
    );
  }

  #atom(): string {
    const character = this.#take();
    if (character === '^' || character === '$') return '';
    if (character === '.') return this.#pick(ANY);
    if (character === '[') return this.#pick(this.#characters());
    if (character === '(') return this.#group();
    if (character !== '\\') return character;
    const escaped = this.#take();
    if (CLASSES[escaped] !== undefined) return this.#pick(CLASSES[escaped]);
    if (/[\p{L}\p{N}]/u.test(escaped)) throw new NotUnderstood();
    return escaped;
  }

  #group(): string {
    const [opening] = /^\?(?::|P?<\w+>)/.exec(this.#pattern.slice(this.#at)) ?? [];
    if (opening === undefined && this.#peek() === '?') throw new NotUnderstood();
    this.#at += opening?.length ?? 0;
    const text = this.#choice();
    if (this.#take() !== ')') throw new NotUnderstood();
    return text;
  }

  #characters(): string {
    const isNegated = this.#peek() === '^';
    if (isNegated) this.#at += 1;
    let found = '';
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) found += this.#range();
    this.#at += 1;
    if (isNegated) return [...`${ANY}${PRINTABLE}`].filter((one) => !found.includes(one)).join('');
    return found;
  }

  #range(): string {
    const from = this.#take();
    if (from === '\\') {
      const escaped = this.#take();
      if (CLASSES[escaped] !== undefined) return CLASSES[escaped];
      if (/[\p{L}\p{N}]/u.test(escaped)) throw new NotUnderstood();
      return escaped;
    }
    if (from === '[' && this.#peek() === ':') throw new NotUnderstood();
    if (this.#peek() !== '-' || this.#pattern[this.#at + 1] === ']') return from;
    this.#at += 1;
    const to = this.#take();
    if (to === '\\' || to < from) throw new NotUnderstood();
    const length = Math.min(to.charCodeAt(0) - from.charCodeAt(0) + 1, 128);
    return Array.from({ length }, (_, i) => String.fromCharCode(from.charCodeAt(0) + i)).join('');
  }

  /** Another one each time, so that a text of many looks like one. */
  #pick(characters: string): string {
    if (characters === '') throw new NotUnderstood();
    const all = [...characters];
    this.#picked += 1;
    return all[(this.#picked + this.#seed * 7) % all.length] ?? '';
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #take(): string {
    const character = this.#peek();
    if (character === '') throw new NotUnderstood();
    this.#at += 1;
    return character;
  }
}
