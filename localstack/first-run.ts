// The checklist of a first run on AWS itself: read from docs/aws-first-run.md, printed before the suite runs, and left as a report
// in which the suite's tests have ticked what they saw and the rest waits for a person. Pure.

/** `test`: the title of the test of the end-to-end suite that sees it. */
export type CheckItem = { readonly section: string; readonly text: string; readonly test?: string };

/** By the test's title. */
export type TestResults = ReadonlyMap<string, 'passed' | 'failed' | 'skipped'>;

export type RunFacts = {
  readonly stage: string;
  readonly region: string;
  readonly account: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly commit: string;
};

const ITEM = /^- \[ \] (.*)$/;
const TEST = /\s*<!-- test: (.+?) -->$/;

/** An item is a line `- [ ] …`, with the lines below it that are indented; its test stands in a comment at its end. */
export function checklist(markdown: string): CheckItem[] {
  const items: CheckItem[] = [];
  let section = '';
  for (const line of joined(markdown)) {
    if (line.startsWith('## ')) section = line.slice(3);
    const text = ITEM.exec(line)?.[1];
    if (text === undefined) continue;
    const test = TEST.exec(text)?.[1];
    items.push({ section, text: text.replace(TEST, ''), ...(test === undefined ? {} : { test }) });
  }
  return items;
}

/** Without the line ends inside an item. */
function joined(markdown: string): string[] {
  const lines: string[] = [];
  for (const line of markdown.split('\n')) {
    const last = lines.length - 1;
    if (line.startsWith('  ') && ITEM.test(lines[last] ?? '')) lines[last] += ` ${line.trim()}`;
    else lines.push(line);
  }
  return lines;
}

/** For the terminal, before the run. */
export function showChecklist(items: readonly CheckItem[]): string {
  return bySection(items, (item) => `  ${item.test === undefined ? 'you' : 'the suite'}: ${item.text}`).join(
    '\n',
  );
}

/** Markdown to fill in. */
export function firstRunReport(items: readonly CheckItem[], results: TestResults, facts: RunFacts): string {
  const ticked = bySection(items, ({ text, test }) => {
    const result = test === undefined ? undefined : (results.get(test) ?? 'not run');
    const mark = result === 'passed' ? 'x' : ' ';
    const note = test === undefined ? 'by hand: …' : `${result}: "${test}"`;
    return `- [${mark}] ${text}\n  (${note})`;
  });
  const head = Object.entries(facts).map(([name, value]) => `| ${name} | ${value} |`);
  return `${[
    `# First run on AWS, stage ${facts.stage}`,
    '',
    '| | |',
    '|---|---|',
    ...head,
    '',
    'What the suite saw is ticked. The rest is yours: tick it, or write down what you saw instead.',
    ...ticked,
  ].join('\n')}\n`;
}

function bySection(items: readonly CheckItem[], line: (item: CheckItem) => string): string[] {
  return items.flatMap((item, n) =>
    item.section === items[n - 1]?.section ? [line(item)] : ['', `## ${item.section}`, '', line(item)],
  );
}

type Assertion = { readonly title: string; readonly status: string };

/** Out of the test runner's JSON; empty where it left none. */
export function resultsOf(json: string | undefined): TestResults {
  const report =
    json === undefined ? {} : (JSON.parse(json) as { testResults?: { assertionResults: Assertion[] }[] });
  const assertions = (report.testResults ?? []).flatMap(({ assertionResults }) => assertionResults);
  return new Map(
    assertions.map(({ title, status }) => [
      title,
      status === 'passed' || status === 'failed' ? status : 'skipped',
    ]),
  );
}
