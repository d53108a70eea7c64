// `sluice graph`: which insight reads what, as a Mermaid flowchart or as JSON. Reads only the definitions.
import { lakeGraph } from '../core/graph.ts';
import { readDefinitions } from '../local/read-definitions.ts';
import { asideDocument, warnOfAside } from './aside-text.ts';
import { chosenFormat, formatOption } from './choices.ts';
import { FAULT } from './exit-codes.ts';
import { mermaidLines } from './graph-text.ts';
import type { Terminal } from './terminal.ts';
import { type Arguments, SCHEMAS, type Verb } from './verb.ts';

const FORMATS = ['mermaid', 'json'] as const;

export const graph: Verb = {
  description: `Prints datasets, their histories and insights, and which reads which. A thick arrow starts at the input that drives an insight: a
change touches only the changed partitions. A thin arrow starts at another input: with columns on it, the SQL joins
it by these partition columns, and a change touches only the partitions that see it; without, it is read as a whole,
and a change touches every partition. A dotted arrow starts at a table that an audit looks up (relationships).`,
  options: [
    formatOption(
      FORMATS,
      'mermaid: a flowchart, which GitHub renders in Markdown files. json: nodes (name, kind: dataset, history or insight, package, mode, description, file, partitionBy) and edges (from, to, kind: over, joined, side or audit; of joined: by, the partition columns).',
    ),
    SCHEMAS,
  ],
  examples: [
    { command: 'npx sluice graph', meaning: 'paste it between ```mermaid and ```' },
    {
      command: `npx sluice graph --format json | jq -r '.edges[] | select(.from == "billing") | .to'`,
      meaning: 'what reads billing',
    },
  ],
  exitCodes: [
    { code: 0, meaning: 'printed' },
    {
      code: FAULT,
      meaning:
        'a contract or an insight is wrong: its file and line are reported, and all others are printed',
    },
    { code: 2, meaning: 'wrong usage' },
  ],
  run,
};

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const format = chosenFormat(args, FORMATS);
  const catalog = await readDefinitions(args.value('schemas') ?? '');
  const found = lakeGraph(catalog);
  await (format === 'json'
    ? terminal.json({ ...found, aside: asideDocument(catalog.aside) })
    : terminal.out(mermaidLines(found)));
  warnOfAside(terminal, catalog.aside);
  return catalog.aside.length === 0 ? 0 : FAULT;
}
