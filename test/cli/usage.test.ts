// The command line's options, verbs and help, whichever verb they belong to.
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { VERBS } from '../../lib/cli/verbs.ts';
import { testTemp } from '../support/temp.ts';
import { SCHEMAS, sluice, startSluice } from './harness.ts';
import { makeShop } from './shop.ts';

describe('wrong usage exits 2 and says what was meant', () => {
  it.each([
    [['snyc'], 'unknown verb "snyc". Did you mean "sync"?'],
    [['sync', '--formt'], 'unknown option --formt. Did you mean "--format"?'],
    [['sync', '--from', '2024-02-30'], '--from 2024-02-30 is not a valid date'],
    [['sync', '--from', '2024-02-02', '--to', '2024-02-01'], 'swap them'],
    [['sync', '--landing'], '--landing needs a value'],
    [['sync', '--landing', '--prune'], '--landing needs a value'],
    [['sync', '--prune=yes'], '--prune takes no value'],
    [['sync', '--prune', '--prune'], '--prune is given twice'],
    [['sync', 'everything'], '"everything" is one argument too many'],
    [['query'], '"SELECT …" is missing'],
    [['query', 'SELECT', '1'], 'put quotes around the whole'],
    [['query', 'SELECT 1', '--format', 'cvs'], 'Did you mean "csv"?'],
    [['--prune', 'sync'], 'unknown option --prune before a verb'],
    [[], 'A verb is missing.'],
  ])('%j', async (args, message) => {
    const { code, out, err } = await sluice(args);
    expect({ code, out, err }).toMatchObject({ code: 2, out: '', err: expect.stringContaining(message) });
  });

  it('an unknown dataset, and a key that leaves landing', async () => {
    const shop = await makeShop();
    expect(await sluice(['sync', '--dataset', 'sale', ...shop.places])).toMatchObject({
      code: 2,
      err: 'There is no dataset "sale". Did you mean "sales"? Datasets: sales\n',
    });
    expect(
      await sluice(['sync', '--keys', '-', ...shop.places], { input: 'a.csv\n../b.csv\n' }),
    ).toMatchObject({
      code: 2,
      err: expect.stringContaining('line 2: "../b.csv" is not a landing key'),
    });
  });

  it.each(['s3:/a-bucket/in', 's3:a-bucket', 'S3:/a-bucket'])(
    '%s is not taken for a folder',
    async (landing) => {
      const folder = testTemp();
      const places = ['--landing', landing, '--lake', 's3://a-bucket/lake', '--schemas', SCHEMAS];
      for (const verb of ['sync', 'start'])
        expect(await startSluice([verb, ...places], folder).ended).toMatchObject({
          code: 1,
          err: expect.stringContaining(`"${landing}" is not an S3 location: it does not start with s3://`),
        });
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('no verb’s help has a line that is wider than 110 columns, but for an example', async () => {
    for (const { name } of VERBS) {
      const { out } = await sluice([name, '--help']);
      const lines = out.split('\n').filter((line) => !line.startsWith('  npx sluice '));
      expect(
        lines.filter((line) => line.length > 110),
        name,
      ).toEqual([]);
    }
  });

  it.each(['start', 'sync', 'query', 'status'])('%s --help says all there is', async (verb) => {
    const { code, out } = await sluice([verb, '--help']);
    expect(code).toBe(0);
    for (const part of ['Usage:', 'Options:', '--help', 'Examples:', 'Exit codes:'])
      expect(out).toContain(part);
  });
});
