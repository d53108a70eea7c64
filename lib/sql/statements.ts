// Cuts typed text into statements at semicolons outside of quotes and comments, and finds where a call ends, by the lexical rules of DuckDB's parser
// (those of PostgreSQL: https://www.postgresql.org/docs/current/sql-syntax-lexical.html). Pure.

type Token = {
  readonly kind: 'quoted' | 'line comment' | 'comment' | 'end' | 'blank' | 'other';
  readonly text: string;
  /** False for a quote or a comment that goes on after the text. */
  readonly isClosed: boolean;
};

/** `statements`: each without its semicolon; those of nothing but blanks and comments are left out. `rest`: what is not ended yet. */
export function splitStatements(text: string): {
  readonly statements: readonly string[];
  readonly rest: string;
} {
  const statements: string[] = [];
  let current = '';
  let hasContent = false;
  for (const { kind, text: part } of tokens(text)) {
    if (kind !== 'end') {
      current += part;
      hasContent ||= kind === 'quoted' || kind === 'other';
      continue;
    }
    if (hasContent) statements.push(current.trim());
    current = '';
    hasContent = false;
  }
  return { statements, rest: current };
}

/** Nothing but blanks and comments that end. */
export function isBlank(text: string): boolean {
  for (const { kind, isClosed } of tokens(text))
    if (kind === 'quoted' || kind === 'other' || !isClosed) return false;
  return true;
}

/** The same SQL on one line; undefined where a line end is part of a quote, or ends a comment. */
export function onOneLine(sql: string): string | undefined {
  let line = '';
  for (const { kind, text } of tokens(sql.trim())) {
    if (kind === 'line comment' || (kind !== 'blank' && text.includes('\n'))) return undefined;
    line += kind === 'blank' && text.includes('\n') ? ' ' : text;
  }
  return line;
}

/** What may follow the arguments of a call, each with brackets or a name behind it. */
const AFTER_CALL = /^(filter|over|within|group)$/i;

/** Where the call ends whose name begins at the position, with its arguments, FILTER and OVER; undefined where no call begins. */
export function endOfCall(sql: string, from: number): number | undefined {
  let [at, end, depth] = [from, undefined as number | undefined, 0];
  let isOpen = true;
  for (const { kind, text } of tokens(sql.slice(from))) {
    at += text.length;
    if (kind === 'end') return end;
    if (text === '(') depth += 1;
    else if (text === ')') depth -= 1;
    if (depth < 0) return end;
    if (depth > 0 || kind === 'blank' || kind === 'comment' || kind === 'line comment') continue;
    if (text === ')') [end, isOpen] = [at, false];
    else if (isOpen && end !== undefined) [end, isOpen] = [at, false];
    else if (!isOpen && !AFTER_CALL.test(text)) return end;
    else if (!isOpen) isOpen = true;
  }
  return end;
}

const LINE_COMMENT = /--[^\n\r]*/y;
const BLANK = /\s+/y;
const NAME = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const DOLLAR = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
const ESCAPED = /[eE]'[^'\\]*(?:(?:''|\\[\s\S])[^'\\]*)*/y;
const QUOTES: readonly (readonly [string, RegExp])[] = [
  ["'", /'[^']*(?:''[^']*)*/y],
  ['"', /"[^"]*(?:""[^"]*)*/y],
];

function* tokens(text: string): Generator<Token> {
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at);
    yield token;
    at += token.text.length;
  }
}

function tokenAt(text: string, at: number): Token {
  const closed = (kind: Token['kind'], part: string): Token => ({ kind, text: part, isClosed: true });
  if (text[at] === ';') return closed('end', ';');
  const blank = match(BLANK, text, at);
  if (blank !== undefined) return closed('blank', blank);
  const lineComment = match(LINE_COMMENT, text, at);
  if (lineComment !== undefined) return closed('line comment', lineComment);
  if (text.startsWith('/*', at)) return blockComment(text, at);
  const escaped = match(ESCAPED, text, at);
  if (escaped !== undefined) return quoted(text, at, escaped, "'");
  const name = match(NAME, text, at);
  if (name !== undefined) return closed('other', name);
  for (const [quote, pattern] of QUOTES) {
    const body = match(pattern, text, at);
    if (body !== undefined) return quoted(text, at, body, quote);
  }
  const dollar = match(DOLLAR, text, at);
  if (dollar !== undefined) {
    const end = text.indexOf(dollar, at + dollar.length);
    return quoted(text, at, text.slice(at, end < 0 ? undefined : end), dollar);
  }
  return closed('other', text[at] ?? '');
}

/** `body`: from the opening quote up to, and without, the closing one. */
function quoted(text: string, at: number, body: string, quote: string): Token {
  const isClosed = text.startsWith(quote, at + body.length);
  return { kind: 'quoted', text: isClosed ? body + quote : body, isClosed };
}

/** They nest. */
function blockComment(text: string, at: number): Token {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return { kind: 'comment', text: text.slice(at, marks.lastIndex), isClosed: true };
  }
  return { kind: 'comment', text: text.slice(at), isClosed: false };
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
