// Nothing that a terminal obeys or hides gets through, and what programs read means what it meant.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminalOver } from '../../lib/cli/terminal.ts';
import { visible, visibleCsv, visibleJson } from '../../lib/core/visible-text.ts';

/** By number, apart from the code under test: C0, DEL, C1, marks of direction, separators, what has no shape. */
const HOSTILE_RANGES: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe007f],
];
const isHostile = (character: string) => {
  const code = character.codePointAt(0) ?? 0;
  return HOSTILE_RANGES.some(([first, last]) => code >= first && code <= last);
};
const hostileIn = (text: string, but = '') =>
  [...text].filter((character) => isHostile(character) && !but.includes(character));

const hostile = fc
  .constantFrom(...HOSTILE_RANGES)
  .chain(([first, last]) => fc.integer({ min: first, max: last }))
  .map((code) => String.fromCodePoint(code));
const texts = fc.string({
  unit: fc.oneof(
    hostile,
    fc.constantFrom('a', 'é', '🚀', '\\', '"', ',', '\r\n'),
    fc.string({ unit: 'binary' }),
  ),
  maxLength: 40,
});

describe('visible', () => {
  it('leaves nothing hostile, and leaves alone what is visible', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(hostileIn(visible(text))).toEqual([]);
        expect(visible(visible(text))).toBe(visible(text));
        const harmless = [...text].filter((character) => !isHostile(character)).join('');
        expect(visible(harmless)).toBe(harmless);
      }),
    );
  });

  it('writes escapes as JSON does', () => {
    expect(visible('a\u001b[2J\u009b1m\u202eb\u2028\r\n\tc\ufeff')).toBe(
      'a\\u001b[2J\\u009b1m\\u202eb\\u2028\\r\\n\\tc\\ufeff',
    );
    expect(visible('\u{e0041}\ud800')).toBe('\\udb40\\udc41\\ud800');
    expect(visible('naïve — 日本語 👩‍🚀 C:\\new')).toBe('naïve — 日本語 👩‍🚀 C:\\new');
  });

  it('of JSON keeps every value, of CSV every line', () => {
    fc.assert(
      fc.property(fc.anything({ values: [texts] }).filter(isJson), (value) => {
        const json = visibleJson(JSON.stringify(value, null, 2));
        expect(hostileIn(json, '\n')).toEqual([]);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(hostileIn(visibleCsv(text).replaceAll('\r\n', ''), '\n\t')).toEqual([]);
        expect(visibleCsv(text).match(/\n/g)?.length).toBe(text.match(/\n/g)?.length);
      }),
    );
  });
});

function isJson(value: unknown): boolean {
  return JSON.stringify(value) !== undefined;
}

describe('a terminal', () => {
  function recorded(outColumns?: number) {
    const said = { out: '', err: '' };
    const terminal = terminalOver({
      out: async (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
      outIsClosed: () => false,
      input: Readable.from([]),
      outColumns,
      errColumns: 80,
    });
    return { terminal, said };
  }

  it('makes one line of each line, on both streams', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(texts), async (lines) => {
        const { terminal, said } = recorded();
        await terminal.out(lines);
        terminal.err(lines);
        for (const text of [said.out, said.err]) {
          expect(hostileIn(text, '\n')).toEqual([]);
          expect(text.split('\n')).toHaveLength(lines.length + 1);
        }
      }),
    );
  });

  it('gives a program every byte of CSV, and a screen none that it obeys', async () => {
    const [pipe, screen] = [recorded(), recorded(80)];
    for (const { terminal } of [pipe, screen]) await terminal.data('a\u001b[2J,"b\rc"\r\n', 'csv');
    expect(pipe.said.out).toBe('a\u001b[2J,"b\rc"\r\n');
    expect(screen.said.out).toBe('a\\u001b[2J,"b\\rc"\r\n');
  });

  it('clears its progress line itself, and shows nothing else that moves the cursor', () => {
    const { terminal, said } = recorded();
    terminal.errLine('read \u001b[A\u0007.csv');
    terminal.errLine();
    expect(said.err).toBe('\r\u001b[Kread \\u001b[A\\u0007.csv\r\u001b[K');
    terminal.errJson({ name: '\u009b\u202e\u001b' });
    expect(said.err).toContain('{"name":"\\u009b\\u202e\\u001b"}\n');
  });
});

/** `command-notifier.ts`, `spark-submit.ts` and `npm-package.ts` read what their children say; `app.ts` is a program's end, and makes what it prints visible. */
const MAY = [
  'adapters/command-notifier.ts',
  'adapters/spark-submit.ts',
  'cli/terminal.ts',
  'core/visible-text.ts',
  'stacks/app.ts',
  'stacks/npm-package.ts',
];

it('nothing in lib but the terminal writes to the streams of the process', () => {
  const files = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const writers = files.filter((name) =>
    /process\.std(out|err)|\bconsole\.|\bstdout\b|\bstderr\b|\\u001b|\\x1b/.test(
      readFileSync(join('lib', name), 'utf8'),
    ),
  );
  expect(writers.sort()).toEqual(MAY);
});

it('no error of ours has a line end within a line: it would be shown as data', () => {
  const files = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const statements = files.flatMap((name) =>
    [...readFileSync(join('lib', name), 'utf8').matchAll(/new \w+Error\([^;]*;/g)].map(
      ([statement]) => `${name}: ${statement}`,
    ),
  );
  expect(statements.length).toBeGreaterThan(100);
  expect(statements.filter((statement) => statement.includes('\\n'))).toEqual([]);
});
