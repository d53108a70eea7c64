// File names, cells, columns, descriptions and audits that would clear the screen, move the cursor, turn the direction of text
// or pretend to be lines of ours: every verb shows them, and the terminal obeys none.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { VERBS } from '../../lib/cli/verbs.ts';
import { testTemp, useTemp } from '../support/temp.ts';
import { sluice, startSluice } from './harness.ts';

/** ESC [2J, CSI, right-to-left override, line separator, BEL, a line end with a sentence, BOM. */
const HOSTILE = '\u001b[2J\u009b31m\u202e\u2028\u0007\nAll is well.\r\ufeff';
/** The same as a person sees it. */
const SHOWN = '\\u001b[2J\\u009b31m\\u202e\\u2028\\u0007\\nAll is well.\\r\\ufeff';
/** What no output holds but in the line ends that are ours. */
const OBEYED = /[^\P{Cc}\n]|[\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|^All is well/mu;

const CONTRACT = {
  resources: [
    {
      name: 'sales',
      path: 'shop/**',
      format: 'csv',
      description: `Sales ${HOSTILE}`,
      schema: {
        fields: [
          { name: 'id', type: 'integer' },
          { name: `col ${HOSTILE}`, type: 'string' },
          { name: 'kind', type: 'string', constraints: { required: true, enum: ['good', `odd ${HOSTILE}`] } },
        ],
        foreignKeys: [{ fields: `col ${HOSTILE}`, reference: { resource: '', fields: 'kind' } }],
      },
    },
    {
      name: 'days',
      path: 'days/kind=*/*.csv',
      partitionBy: ['kind'],
      schema: {
        fields: [
          { name: 'kind', type: 'string' },
          { name: 'n', type: 'integer' },
        ],
      },
    },
  ],
};
const INSIGHT = `/* ---
description: ${JSON.stringify(`Takings ${HOSTILE}`)}
headline: true
key: [id]
audits:
  - name: ${JSON.stringify(`audit ${HOSTILE}`)}
    severity: warn
    sql: SELECT * FROM this
--- */
SELECT id, max(kind) AS kind, "col ${HOSTILE}", [max(kind)] AS kinds, {'k': [max(kind)]} AS nested FROM sales GROUP BY ALL
`;
const FILES: Readonly<Record<string, string>> = {
  [`shop/good ${HOSTILE}.csv`]: `id,"col ${HOSTILE}",kind\n1,"x ${HOSTILE}","odd ${HOSTILE}"\n2,a,"bad ${HOSTILE}"\n`,
  [`shop/bad ${HOSTILE}.csv`]: `id,"no ${HOSTILE}"\n1,2\n`,
  [`days/kind=a ${HOSTILE}/a.csv`]: 'n\n1\n',
  [`other ${HOSTILE}.txt`]: 'x',
};

const GOOD = `shop/good ${HOSTILE}.csv`;

const folder = useTemp();
let places: string[];
const of = (...names: string[]) =>
  places.filter((_, i) => names.includes((places[i - (i % 2)] ?? '').slice(2)));

beforeAll(async () => {
  const schemas = join(folder, 'schemas', 'shop');
  await mkdir(join(schemas, 'insights'), { recursive: true });
  await writeFile(join(schemas, 'datapackage.json'), JSON.stringify(CONTRACT));
  await writeFile(join(schemas, 'insights', 'takings.sql'), INSIGHT);
  const test = join(schemas, 'tests', `case ${HOSTILE}`);
  await mkdir(join(test, 'landing', 'shop'), { recursive: true });
  await mkdir(join(test, 'expected'));
  await writeFile(join(test, 'landing', 'shop', `x ${HOSTILE}.csv`), FILES[GOOD] ?? '');
  await writeFile(join(test, 'expected', 'sales.csv'), `"col ${HOSTILE}"\n"y ${HOSTILE}"\n`);
  await writeFile(join(test, 'expected', 'refused.csv'), `"no ${HOSTILE}"\n`);
  const landing = join(folder, 'landing');
  for (const [key, text] of Object.entries(FILES)) {
    await mkdir(join(landing, key, '..'), { recursive: true });
    await writeFile(join(landing, key), text);
  }
  places = ['--landing', landing, '--lake', join(folder, 'lake'), '--schemas', join(folder, 'schemas')];
});

describe('hostile names and cells', () => {
  const answers: [string, () => string[], number][] = [
    ['plan', () => ['plan', ...places], 0],
    ['plan, Markdown', () => ['plan', '--format', 'markdown', ...places], 0],
    ['sync', () => ['sync', ...places], 3],
    ['sync of a key that there is not', () => ['sync', '--keys', '-', ...places], 0],
    ['sync, every event', () => ['sync', '--verbose', ...places], 3],
    ['status', () => ['status', ...places], 3],
    ['query', () => ['query', 'FROM sales', ...of('lake', 'schemas')], 0],
    ['query, JSON', () => ['query', 'FROM sales', '--format', 'json', ...of('lake', 'schemas')], 0],
    ['query that is wrong', () => ['query', `FROM "no ${HOSTILE}"`, ...of('lake', 'schemas')], 1],
    [
      'query that fails',
      () => ['query', `SELECT CAST('x ${HOSTILE}' AS INTEGER)`, ...of('lake', 'schemas')],
      1,
    ],
    [
      'validate',
      () => ['validate', join(folder, 'landing', GOOD), '--dataset', 'sales', ...of('schemas')],
      3,
    ],
    ['draft', () => ['draft', join(folder, 'landing'), ...of('landing', 'schemas')], 3],
    ['draft of no file', () => ['draft', `no ${HOSTILE}`, ...of('schemas')], 1],
    ['validate no file', () => ['validate', `no ${HOSTILE}`, '--dataset', 'sales', ...of('schemas')], 1],
    ['rejects', () => ['rejects', ...places], 0],
    ['rejects of a file', () => ['rejects', GOOD, ...places], 0],
    ['rejects of no file', () => ['rejects', `no ${HOSTILE}`, ...places], 2],
    ['settle', () => ['settle', ...places], 0],
    ['settle a file', () => ['settle', GOOD, '--why', `why ${HOSTILE}`, '--who', HOSTILE, ...places], 0],
    ['settle no file', () => ['settle', `no ${HOSTILE}`, '--why', 'x', ...places], 2],
    ['rejects with what is settled', () => ['rejects', '--all', ...places], 0],
    ['explain', () => ['explain', 'takings', ...of('lake', 'schemas')], 0],
    ['explain a partition', () => ['explain', 'days', `kind=a ${HOSTILE}`, ...of('lake', 'schemas')], 0],
    ['explain no partition', () => ['explain', 'days', `kind=b ${HOSTILE}`, ...of('lake', 'schemas')], 1],
    ['history', () => ['history', 'sales', ...of('lake', 'schemas')], 0],
    ['audit', () => ['audit', ...of('lake', 'schemas')], 3],
    ['certify', () => ['certify', '--recount', ...places], 3],
    ['page', () => ['page', ...places], 0],
    ['page in no folder', () => ['page', '--single-file', join(folder, `no ${HOSTILE}`, 'x'), ...places], 1],
    ['page that lasts', () => ['page', '--link', '--lake', 's3://a-bucket', '--expires', HOSTILE], 2],
    ['graph', () => ['graph', ...of('schemas')], 0],
    ['check', () => ['check', ...of('schemas', 'lake')], 0],
    ['check an insight', () => ['check', 'takings', ...of('schemas', 'lake')], 0],
    ['check no file', () => ['check', `no ${HOSTILE}`, ...of('schemas', 'lake')], 2],
    ['test', () => ['test', ...of('schemas')], 1],
    ['init', () => ['init', join(folder, `project ${HOSTILE}`)], 0],
    ['maintain', () => ['maintain', '--dry-run', ...places], 0],
    ['drop', () => ['drop', `insights/no ${HOSTILE}`, ...of('lake', 'schemas')], 2],
    ['redrive', () => ['redrive', `no ${HOSTILE}`, ...places], 2],
    ['dead-letters', () => ['dead-letters', ...places], 0],
    ['jobs', () => ['jobs', ...of('lake')], 0],
    ['jobs of no job', () => ['jobs', '--cancel', `no ${HOSTILE}`, ...of('lake')], 1],
    ['task', () => ['task', `no ${HOSTILE}`, HOSTILE, ...of('landing', 'lake')], 2],
    ['sync without a command', () => ['sync', '--spark', ' ', ...places], 2],
    ['rebuild', () => ['rebuild', 'sales', ...places], 3],
    ['start', () => ['start', '--once', ...places], 3],
    ['no verb', () => [`no ${HOSTILE}`], 2],
    ['no option', () => ['status', `--no${HOSTILE}`], 2],
  ];

  it('are shown by every verb that there is', () => {
    expect(VERBS.map(({ name }) => name).filter((verb) => !answers.some(([name]) => name === verb))).toEqual(
      [],
    );
  });

  it.each(answers)('%s', async (_, args, code) => {
    for (const json of [false, true]) {
      const words = args();
      if (json && !JSON_VERBS.includes(words[0] ?? '')) continue;
      const answer = await sluice([...words, ...(json ? ['--format', 'json'] : [])], {
        input: `shop/none ${HOSTILE}.csv`.replaceAll('\n', ''),
        columns: 10_000,
      });
      expect(answer.out + answer.err).not.toMatch(OBEYED);
      expect(answer.code).toBe(code);
    }
  });

  it('are shown in full, and as data they are what they were', async () => {
    const { out } = await sluice(['query', 'FROM sales', ...of('lake', 'schemas')]);
    expect(out).toContain(`x ${SHOWN}`);
    expect(out).toContain(`col ${SHOWN}`);
    const { out: json } = await sluice(['query', 'FROM sales', '--format', 'json', ...of('lake', 'schemas')]);
    expect(JSON.parse(json)).toEqual([{ id: 1, [`col ${HOSTILE}`]: `x ${HOSTILE}`, kind: `odd ${HOSTILE}` }]);
    const { out: csv } = await sluice([
      'query',
      'SELECT kind FROM sales',
      '--format',
      'csv',
      ...of('lake', 'schemas'),
    ]);
    expect(csv).toBe(`kind\r\n"odd ${HOSTILE}"\r\n`);
    const status = await sluice(['status', ...places]);
    expect(status.out).toContain(`  shop/bad ${SHOWN}.csv (sales): the header lacks`);
    expect(status.out).toContain(`  other ${SHOWN}.txt`);
    expect(status.out).toContain(`audit audit ${SHOWN}: 1 offending row`);
  });

  it('are shown on a screen by the process that users start', async () => {
    const watched = testTemp();
    const running = startSluice(
      ['start', '--landing', join(watched, 'landing'), '--lake', join(watched, 'lake'), ...of('schemas')],
      watched,
    );
    await running.line(/^Watching /);
    for (const [key, text] of Object.entries(FILES)) {
      await mkdir(join(watched, 'landing', key, '..'), { recursive: true });
      await writeFile(join(watched, 'landing', key), text);
    }
    await running.line(/^sales good .* accepted 1 row, quarantined 1/);
    running.process.kill('SIGINT');
    const { out, err } = await running.ended;
    expect(out + err).not.toMatch(OBEYED);
    expect(await readdir(join(watched, 'landing', 'shop'))).toHaveLength(2);
  });
});

const JSON_VERBS = [
  'check',
  'status',
  'certify',
  'audit',
  'explain',
  'dead-letters',
  'sync',
  'maintain',
  'draft',
];
