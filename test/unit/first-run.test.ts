// The checklist of a first run on AWS: read from the page that people read, and a report of it.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checklist, firstRunReport, resultsOf, showChecklist } from '../../localstack/first-run.ts';

const PAGE = `# A page

Words.

## First
- [ ] One thing,
  on two lines. <!-- test: files replaced -->
- [ ] Another, by hand.

## Then
- no item
- [ ] A third. <!-- test: files deleted -->
`;
const ITEMS = [
  { section: 'First', text: 'One thing, on two lines.', test: 'files replaced' },
  { section: 'First', text: 'Another, by hand.' },
  { section: 'Then', text: 'A third.', test: 'files deleted' },
];

test('items are read with their sections and tests', () => {
  expect(checklist(PAGE)).toEqual(ITEMS);
  expect(showChecklist(ITEMS)).toBe(
    '\n## First\n\n  the suite: One thing, on two lines.\n  you: Another, by hand.\n\n## Then\n\n  the suite: A third.',
  );
});

test('a report ticks what passed, and leaves the rest to people', () => {
  const json = JSON.stringify({
    testResults: [
      {
        assertionResults: [
          { title: 'files replaced', status: 'passed' },
          { title: 'files deleted', status: 'failed' },
        ],
      },
    ],
  });
  const facts = {
    stage: 'e2e',
    region: 'eu-central-1',
    account: 'of the profile test',
    startedAt: '2024-01-01T00:00:00Z',
    endedAt: '2024-01-01T01:00:00Z',
    commit: 'abc',
  };
  const report = firstRunReport(ITEMS, resultsOf(json), facts);
  expect(report).toContain('| region | eu-central-1 |');
  expect(report).toContain('- [x] One thing, on two lines.\n  (passed: "files replaced")');
  expect(report).toContain('- [ ] Another, by hand.\n  (by hand: …)');
  expect(report).toContain('- [ ] A third.\n  (failed: "files deleted")');
  // A run that ended before its first test leaves a report too.
  expect(firstRunReport(ITEMS, resultsOf(undefined), facts)).toContain('(not run: "files replaced")');
});

test("each test that the page names is one of the suite's", () => {
  const items = checklist(readFileSync('docs/aws-first-run.md', 'utf8'));
  const suite = readFileSync('test/aws/end-to-end.test.ts', 'utf8');
  expect(items.length).toBeGreaterThan(20);
  for (const { test: name } of items)
    if (name !== undefined)
      expect(suite).toMatch(new RegExp(`it\\((?:'|")${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
});
