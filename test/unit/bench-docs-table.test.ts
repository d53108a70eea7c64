// The table of figures in the docs: rows of what was not measured again stay, each its own.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Bench } from '../bench/bench.ts';
import { writeDocsTable } from '../bench/docs-table.ts';

const side = (name: string) => ({ name, command: name, prepare: async () => async () => undefined });
const bench = (name: string, baseline: string): Bench => ({
  name,
  title: 'a file',
  subject: side('ours'),
  baseline: side(baseline),
});

const PAGE = `before
<!-- bench: begin -->
| a file: ours | one tool | 1 times | | | | |
| a file: ours | another tool | 2 times | | | | |
| what no bench is about | | 3 times | | | | |
<!-- bench: end -->
after`;

test('benches that differ in what they are compared with alone keep their own rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-docs-'));
  try {
    const page = join(folder, 'performance.md');
    await writeFile(page, PAGE);
    await writeDocsTable(page, [bench('first', 'one tool'), bench('second', 'another tool')], []);
    const lines = (await readFile(page, 'utf8')).split('\n');
    expect(lines.filter((line) => line.startsWith('| a file'))).toEqual([
      '| a file: ours | one tool | 1 times | | | | |',
      '| a file: ours | another tool | 2 times | | | | |',
    ]);
    expect([lines[0], lines.at(-1)]).toEqual(['before', 'after']);
    expect(lines.join('\n')).not.toContain('no bench is about');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
