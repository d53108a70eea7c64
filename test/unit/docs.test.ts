// The pages for people: every link within the repository leads somewhere, every path that they name exists, and the README stays
// a door. Their commands are tried in test/cli/docs-commands.test.ts.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const MOST_LINES = 180;
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
].filter((page) => page.endsWith('.md'));

const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');
const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
/** As GitHub makes them of headings. */
const anchorsOf = (text: string) =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );

it.each(pages)('%s: each link leads to a file, and to a heading of it', (page) => {
  for (const [, target = ''] of withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page : join(dirname(page), file);
    expect(existsSync(join(ROOT, path)), `${page}: ${target}`).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(textOf(path)), `${page}: ${target}`).toContain(anchor);
  }
});

/** As `lib/delta/commit.ts`. What has a wildcard or is to be written by the reader is none. */
const pathsIn = (text: string) =>
  [
    ...text
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/`((?:bin|docs|functions|lib|localstack|test)\/[\w./-]+)`/g),
  ].map(([, path = '']) => path);

it.each(pages)('%s: each path of the repository that it names exists', (page) => {
  expect(pathsIn(textOf(page)).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

/** File names in the comments of the code, by their file. */
const sources = ['bin', 'functions', 'lib', 'localstack'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?ts$|\.mjs$/.test(name))
    .map((name) => join(folder, name)),
);

it('each file that a comment names exists', () => {
  // Delta's own.
  const known = [...sources, ...pages, 'PROTOCOL.md'].map((path) => `/${path}`);
  const missing = sources.flatMap((source) =>
    [...textOf(source).matchAll(/^\s*(?:\/\/|\*|\/\*\*) .*$/gm)].flatMap(([comment]) =>
      [...comment.replace(/https?:\S+/g, '').matchAll(/[\w./-]+\.(?:ts|md|mjs)\b/g)]
        .filter(([name]) => !known.some((path) => path.endsWith(`/${name}`)))
        .map(([name]) => `${source}: ${name}`),
    ),
  );
  expect(missing).toEqual([]);
});

it('each page is reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const page of reached)
    for (const [, target = ''] of withoutCode(textOf(page)).matchAll(/\]\(([^)\s#]+)[^)]*\)/g))
      if (target.endsWith('.md') && !/^https?:/.test(target)) reached.add(join(dirname(page), target));
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});

it(`the README has ${MOST_LINES} lines at most`, () => {
  expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(MOST_LINES);
});
