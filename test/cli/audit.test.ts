// `sluice audit`, `sluice graph`, and what sync and status say of audits.
import { describe, expect, it } from 'vitest';
import { SCHEMAS, sluice } from './harness.ts';
import { CONTRACT, makeShop, type Shop } from './shop.ts';

const TILLS = {
  name: 'tills',
  path: 'tills/*.csv',
  mode: 'upsert',
  schema: { fields: [{ name: 'till', type: 'string' }], primaryKey: 'till' },
};
const [SALES] = CONTRACT.resources;
const contract = {
  ...CONTRACT,
  resources: [
    {
      ...SALES,
      schema: {
        ...SALES?.schema,
        foreignKeys: [{ fields: 'till', reference: { resource: 'tills', fields: 'till' } }],
      },
    },
    TILLS,
  ],
};
const TAKINGS = `/* ---
over: sales
partitionBy: [day]
key: [till]
audits:
  - {column: till, relationships: {to: tills, field: till}, severity: warn}
  - {column: takings, minimum: 0}
  - maxRowChange: 2
--- */
SELECT day, till, sum(amount) AS takings FROM sales GROUP BY day, till
`;

async function auditedShop(): Promise<Shop> {
  const shop = await makeShop();
  await shop.define(contract, TAKINGS);
  await shop.write('tills/1.csv', 'till\none\n');
  await shop.sell('shop/day=2024-01-01/a.csv', 'one,5.00', 'two,6.00');
  return shop;
}

const run = (shop: Shop, ...args: string[]) => {
  const places = args[0] === 'audit' ? shop.places.slice(2) : shop.places;
  return sluice([...args, ...places]);
};

describe('sluice audit', () => {
  it('says per audit whether it passes, warns or fails, with an example, and tries foreign keys too', async () => {
    const shop = await auditedShop();
    await run(shop, 'sync');
    const { code, out } = await run(shop, 'audit');
    expect(
      out,
    ).toBe(`insight or dataset  audit                             outcome  partitions  failed  offending rows
──────────────────  ────────────────────────────────  ───────  ──────────  ──────  ──────────────
sales               sales.till references tills.till  fail              1       1               1
takings             partition                         pass              1       0               0
takings             readable values                   pass              1       0               0
takings             key not null                      pass              1       0               0
takings             key unique                        pass              1       0               0
takings             till references tills.till        warn              1       1               1
takings             range of takings (minimum 0)      pass              1       0               0
takings             maxRowChange 2                    skipped           –       –               –

error: sales.till references tills.till
  sales(all): 1 offending row, such as till: two

warn: till references tills.till
  takings(day=2024-01-01): 1 offending row, such as day: 2024-01-01, till: two, takings: 6.00

takings, maxRowChange 2: compares with the version before: tried when a partition is published

8 audits: 5 passed, 1 warned, 1 failed, 1 skipped.
`);
    expect(code).toBe(3);
  });

  it('a warning is no failure; one insight alone; JSON for programs', async () => {
    const shop = await auditedShop();
    await run(shop, 'sync');
    const { code, out } = await run(shop, 'audit', 'Takings', '--format', 'json');
    expect(code).toBe(0);
    const { audits } = JSON.parse(out) as { audits: { audit: string; outcome: string }[] };
    expect(audits).toContainEqual({
      name: 'takings',
      audit: 'till references tills.till',
      severity: 'warn',
      outcome: 'warn',
      partitions: 1,
      failures: [
        {
          partition: { day: '2024-01-01' },
          offending: 1,
          example: 'day: 2024-01-01, till: two, takings: 6.00',
        },
      ],
    });
    expect(audits.map(({ outcome }) => outcome)).toEqual([
      'pass',
      'pass',
      'pass',
      'pass',
      'warn',
      'pass',
      'skipped',
    ]);
    await shop.write('tills/2.csv', 'till\ntwo\n');
    await run(shop, 'sync');
    expect((await run(shop, 'audit', 'sales')).code).toBe(0);
  });

  it('an unknown name, a lake that is not there, and an insight that is not computed', async () => {
    const shop = await auditedShop();
    expect(await run(shop, 'audit')).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no lake'),
    });
    await run(shop, 'sync');
    expect(await run(shop, 'audit', 'taking')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/There is no insight or dataset "taking"\. Did you mean "takings"\?/),
    });
    await shop.define(contract, TAKINGS.replace('minimum: 0', 'minimum: 1'));
    const { code, out } = await run(shop, 'audit', 'takings');
    expect(code).toBe(0);
    expect(out).toContain('takings, key unique: under another definition than its file: run "sluice sync"');
  });
});

describe('warnings', () => {
  it('are said by sync and by status, and exit with 0', async () => {
    const shop = await auditedShop();
    const line =
      '  takings(day=2024-01-01): audit till references tills.till: 1 offending row, such as day: 2024-01-01, till: two, takings: 6.00';
    const synced = await run(shop, 'sync');
    expect(synced.code).toBe(0);
    expect(synced.out).toContain(`Published with audit warnings:\n${line}\n`);
    const status = await run(shop, 'status');
    expect(status.out).toContain(`Published with audit warnings:\n${line}\n`);
    const document = JSON.parse((await run(shop, 'status', '--format', 'json')).out) as {
      derived: { name: string; warnings: unknown[] }[];
    };
    expect(document.derived.find(({ name }) => name === 'takings')?.warnings).toHaveLength(1);
    await shop.write('tills/2.csv', 'till\ntwo\n');
    await shop.sell('shop/day=2024-01-01/b.csv', 'two,1.00');
    const again = await run(shop, 'sync', '--format', 'json');
    expect(JSON.parse(again.out)).toMatchObject({ warnings: [] });
    expect((await run(shop, 'status')).out).not.toContain('Published although');
  });
});

describe('sluice graph', () => {
  it('prints a Mermaid flowchart', async () => {
    const shop = await auditedShop();
    const { code, out } = await sluice(['graph', '--schemas', shop.places[5] ?? '']);
    expect(code).toBe(0);
    expect(out).toBe(`flowchart LR
  %% ==> drives it, partition by partition; -- by … --> is joined by these columns; --> is read as a whole; -. audit .-> is looked up by an audit
  t_sales[("sales<br>by day")]
  t_tills[("tills<br>upsert, one partition")]
  t_takings["takings<br>by day"]
  t_sales ==> t_takings
  t_tills -. audit .-> t_takings
`);
  });

  it('prints nodes and edges as JSON', async () => {
    const { code, out } = await sluice(['graph', '--format', 'json', '--schemas', SCHEMAS]);
    expect(code).toBe(0);
    const { nodes, edges } = JSON.parse(out) as { nodes: { name: string }[]; edges: object[] };
    expect(nodes.find(({ name }) => name === 'spend_by_month_eur')).toMatchObject({
      kind: 'insight',
      partitionBy: ['year', 'month'],
      file: expect.stringMatching(/spend_by_month_eur\.sql$/),
    });
    expect(nodes.find(({ name }) => name === 'exchange_rates')).toMatchObject({
      kind: 'dataset',
      package: 'billing',
      mode: 'upsert',
      partitionBy: [],
    });
    expect(edges).toEqual(
      expect.arrayContaining([
        { from: 'user_monthly', to: 'spend_by_month_eur', kind: 'over' },
        { from: 'exchange_rates', to: 'spend_by_month_eur', kind: 'side' },
        { from: 'exchange_rates', to: 'spend_by_month_eur', kind: 'audit' },
      ]),
    );
  });

  it('refuses a wrong insight with file and line, and an unknown format', async () => {
    const shop = await auditedShop();
    await shop.define(contract, TAKINGS.replace('GROUP BY day, till', 'GROUP BY day, till LIMIT 3'));
    const schemas = ['--schemas', shop.places[5] ?? ''];
    expect(await sluice(['graph', ...schemas])).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /takings\.sql, line 10: LIMIT without ORDER BY takes arbitrary rows: add ORDER BY ALL/,
      ),
    });
    expect((await sluice(['graph', '--format', 'dot', ...schemas])).code).toBe(2);
  });
});

describe('the worked example', () => {
  it('a corrected rate recomputes the euros of its months, and nothing that does not read rates', async () => {
    const shop = await makeShop();
    const places = [...shop.places.slice(0, 4), '--schemas', SCHEMAS];
    const header =
      'timestamp,resource_id,user_id,credit_usage,region,service_tier,operation_type,success,resource_type,invoice_id,currency,year,month,day';
    const operation = (month: number) =>
      `2024-0${month}-01 10:00:00,00000000-0000-4000-8000-000000000000,1,-1.000001,us-chi1,basic,read,true,server,I,USD,2024,${month},1`;
    for (const month of [1, 2])
      await shop.write(
        `dwh-fina/billing/year=2024/month=0${month}/day=01/b.csv`,
        `${header}\n${operation(month)}\n`,
      );
    await shop.write('dwh-fina/exchange_rates/1.csv', 'month,currency,rate_to_eur\n2024-01,USD,0.9\n');
    expect((await sluice(['sync', ...places])).out).toContain(
      'spend_by_month_eur(2024-02): audit rate_of_the_month_is_known: 1 offending row',
    );
    const euros = async () =>
      (
        await sluice([
          'query',
          'SELECT month, credit_usage_eur FROM spend_by_month_eur ORDER BY month',
          '--format',
          'csv',
          ...places.slice(2),
        ])
      ).out;
    expect(await euros()).toBe('month,credit_usage_eur\r\n1,-0.9000009000000000\r\n2,\r\n');
    await shop.write(
      'dwh-fina/exchange_rates/2.csv',
      'month,currency,rate_to_eur\n2024-01,USD,0.8\n2024-02,USD,0.7\n',
    );
    const corrected = await sluice(['sync', ...places]);
    expect(corrected.out).toContain(
      'Refreshed: 3 partitions of exchange_rates (1), spend_by_month_eur (2)\n',
    );
    expect(corrected.out).not.toContain('Published although');
    expect(await euros()).toBe(
      'month,credit_usage_eur\r\n1,-0.8000008000000000\r\n2,-0.7000007000000000\r\n',
    );
  });
});
