// docs/patterns.md prints the SQL of the golden case's insights word for word, all of them and nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'test/golden/patterns');
const page = readFileSync(join(ROOT, 'docs/patterns.md'), 'utf8');

/** `` `name.sql` `` and the block that follows it. */
const printed = [...page.matchAll(/^`(\w+\.sql)`\n\n```sql\n([\s\S]*?)^```$/gm)].map(
  ([, file = '', sql = '']) => ({ file, sql }),
);

it('each block is its file', () => {
  for (const { file, sql } of printed)
    expect(sql, file).toBe(readFileSync(join(FOLDER, 'schemas/shop/insights', file), 'utf8'));
});

it('each of the twenty is printed once, and has rows that are expected', () => {
  const files = readdirSync(join(FOLDER, 'schemas/shop/insights')).sort();
  expect(files).toHaveLength(20);
  expect(printed.map(({ file }) => file).sort()).toEqual(files);
  const expected = readdirSync(join(FOLDER, 'expected')).sort();
  expect(expected).toEqual(files.map((file) => file.replace(/sql$/, 'csv')));
});

it('there is no other SQL, and each pattern says what to ask it and what to watch', () => {
  expect([...page.matchAll(/^```/gm)]).toHaveLength(2 * printed.length);
  const sections = page.split(/^## /m).slice(1);
  expect(sections).toHaveLength(20);
  for (const section of sections)
    expect(section).toMatch(/^[\w -]+\n\n[^\n]+\n\n`\w+\.sql`\n\n```sql\n[\s\S]+\n```\n\n[^\n]+\n+$/);
});
