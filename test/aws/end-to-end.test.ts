// The whole, deployed: files put into landing show in the insights, whatever happens on the way; after each trouble the lake
// equals, row by row, a clean local one over the same landing. On an emulator that runs no functions the same bundle runs here.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { landingTable } from '../../lib/core/catalog.ts';
import { tablePrefix } from '../../lib/core/insight.ts';
import { entryKey } from '../../lib/delta/log-keys.ts';
import { sluice } from '../cli/harness.ts';
import { billing, billingKey, samples } from './billing-files.ts';
import { expectSameRowsByDeltaRs, requireDeltaRs } from './delta-rs.ts';
import type { DeployedStack, S3Event } from './deployed-stack.ts';
import { eventTexts, queueOf } from './events-queue.ts';
import { compareLakes, inLots, openRemoteLake } from './lake-twin.ts';
import { unprotected, untilAllowed } from './stage-buckets.ts';
import { StageLake, until } from './stage-lake.ts';
import { target } from './target.ts';

let stage: StageLake;
let stack: DeployedStack;

describe(`end to end on ${target.brand}`, () => {
  beforeAll(async () => {
    stage = await StageLake.deploy();
    stack = stage.stack;
    // It takes its five attempts while the other tests go on.
    await stage.poison();
  });
  afterAll(() => stage?.close());

  it('all packages’ samples', async () => {
    await inLots([...(await samples())], ([key, content]) => stack.put(key, content));
    expect(await stage.expectLocalRows()).toBeGreaterThan(15_000);
  });

  it('another reader, delta-rs, sees in S3 what it sees in the local lake', async ({ skip }) => {
    const python = requireDeltaRs(skip);
    const twin = await stage.openTwin();
    onTestFinished(() => twin.close());
    const rows = await expectSameRowsByDeltaRs(python, { twin, lakeBucket: stack.outputs.LakeBucket });
    expect([rows.get('insights/spend_by_month'), rows.get('tables/billing')]).toEqual([3, 15_037]);
  });

  it('maintain wrote the page, as the last step of the deployment', async ({ skip }) => {
    if (!target.runsFunctions) skip('no function runs');
    const { lake } = stage.lake.effects;
    await until('the page', async () => (await lake.head('site/index.html')) !== undefined, 100);
    const index = Buffer.from((await lake.read('site/data/index.js')) ?? []).toString();
    expect(index).toContain(
      `"options":" --landing s3://${stack.outputs.LandingBucket} --lake s3://${stack.outputs.LakeBucket}`,
    );
  });

  it('functions tell the page of what changed', async () => {
    const { waiting, hidden } = await stack.count('PageQueueUrl');
    expect(waiting + hidden).toBeGreaterThan(0);
  });

  it('what changed is on the page after a message', async ({ skip }) => {
    if (!target.runsFunctions) skip('no function runs');
    const { lake } = stage.lake.effects;
    // The deployment wrote it before there was a file.
    const isShown = async () => {
      const index = Buffer.from((await lake.read('site/data/index.js')) ?? []).toString();
      return /"summary":\{"files":[1-9]/.test(index);
    };
    await stack.under(
      'PageQueueUrl',
      'DelaySeconds',
      () => '0',
      async () => {
        await stack.tellPage();
        await until('the files on the page', isShown, 200);
      },
    );
  });

  it.runIf(target.brand === 'ministack')('a file that is rejected is an event, once', async () => {
    const queue = await queueOf(stack.stage);
    const key = billingKey(9, 'no-header');
    await stack.put(key, 'a,b\n1,2\n');
    const [text] = await eventTexts(queue, 1);
    expect(text).toMatch(/^Sluice: rejected `dwh-fina\/billing\/.*no-header.*` \(`billing`\): `/);
    await stack.tell({ name: 'ObjectCreated:Put', key });
    await stage.expectLocalRows();
    expect(await eventTexts(queue, 1)).toEqual([]);
    await stack.removeFile(key);
    await stage.expectLocalRows();
  });

  it('files replaced', async () => {
    await stack.put(billingKey(2, 'billing'), billing(2, 40, 1));
    await stack.put(
      'air-boltic/customer/customers-1.csv',
      'Customer ID,Name,Customer Group ID,Email,Phone Number\n1,Anu,1,anu@example.com,\n77,New,,,\n',
    );
    await stage.expectLocalRows();
  });

  it('files deleted', async () => {
    await stack.removeFile(billingKey(1, 'billing'));
    await stack.removeFile('air-boltic/customer/customers-2.csv');
    await stage.expectLocalRows();
  });

  it('each event twice more: nothing is committed', async () => {
    const before = await stage.versions();
    const events: S3Event[] = [];
    for await (const { key } of stage.lake.effects.landing.list(''))
      events.push({ name: 'ObjectCreated:Put', key });
    events.push({ name: 'ObjectRemoved:Delete', key: billingKey(1, 'billing') });
    await inLots([...events, ...events], (event) => stack.tell(event));
    await stage.expectLocalRows();
    expect(await stage.versions()).toEqual(before);
  });

  it('events in reverse order', async () => {
    const events: S3Event[] = [];
    const put = async (key: string, content: string) => {
      await stack.put(key, content);
      events.unshift({ name: 'ObjectCreated:Put', key });
    };
    const remove = async (key: string) => {
      await stack.removeFile(key);
      events.unshift({ name: 'ObjectRemoved:Delete', key });
    };
    const replaced = billingKey(4, 'replaced a b+é');
    const restored = billingKey(5, 'restored');
    const gone = billingKey(6, 'gone');
    await stack.silently(async () => {
      for (const seed of [1, 2, 3]) await put(replaced, billing(4, 5 + seed, seed));
      await put(restored, billing(5, 5, 4));
      await remove(restored);
      await put(restored, billing(5, 6, 5));
      await put(gone, billing(6, 5, 6));
      await remove(gone);
    });
    for (const event of events) {
      await stack.tell(event);
      await until('one event to be delivered', () => stage.filesAreDelivered(), 50);
    }
    await stage.expectLocalRows();
  });

  it('arrival to insight', async () => {
    const insight = 'insights/spend_by_month';
    const tookMs: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const present = (await stage.lake.effects.tables.latest(insight))?.version ?? -1;
      const next = entryKey(insight, present + 1);
      const started = performance.now();
      await stack.put(billingKey(7, `small-${n}`), billing(7, 5, n));
      await until(next, async () => (await stage.lake.effects.lake.head(next)) !== undefined, 10);
      tookMs.push(performance.now() - started);
      await until('empty queues', () => stage.queuesAreEmpty(), 50);
    }
    const sorted = tookMs.toSorted((a, b) => a - b).map(Math.round);
    console.info(
      `${target.brand}: arrival to the fourth insight of a chain, 20 files: p50 ${sorted[9]} ms, p95 ${sorted[18]} ms`,
    );
    await stage.expectLocalRows();
  });

  it('functions killed in the middle', async ({ skip }) => {
    if ((await stack.processes('ingest')) === undefined) skip('functions are no processes of this machine');
    // A message that a dead function held comes back when its time is over: on AWS half an hour.
    const soon = () => '6';
    const killed = { ingest: 0, aggregate: 0 };
    const kill = async (name: 'ingest' | 'aggregate') => {
      const queue = name === 'ingest' ? 'FilesQueueUrl' : 'RefreshQueueUrl';
      const others = name === 'ingest' ? stage.poisons : 0;
      const isInFlight = async () => (await stack.count(queue)).hidden > others;
      await until(`a message in flight to ${name}`, isInFlight, 5);
      for (const pid of (await stack.processes(name)) ?? []) process.kill(pid, 'SIGKILL');
      if (await isInFlight()) killed[name] += 1;
    };
    await stack.under('FilesQueueUrl', 'VisibilityTimeout', soon, () =>
      stack.under('RefreshQueueUrl', 'VisibilityTimeout', soon, async () => {
        await inLots([1, 2, 3, 4, 5, 6, 7, 8], (n) =>
          stack.put(billingKey(10 + n, 'large'), billing(10 + n, 8_000, n)),
        );
        for (const name of ['ingest', 'aggregate', 'ingest', 'aggregate'] as const) await kill(name);
        await until('a settled lake', () => stage.isSettled());
      }),
    );
    expect(Math.min(killed.ingest, killed.aggregate)).toBeGreaterThan(0);
    await stage.expectLocalRows();
  });

  it('of all messages the poison alone ends among the dead letters', async () => {
    await until('the poison to be dead', () => stage.poisonIsDead(), 500);
    const { letters } = await stage.deadLetters();
    expect(letters.map(({ queue }) => queue)).toEqual(['files']);
    expect(letters[0]?.reason).toContain('not an S3 notification');
    expect(await stage.isSettled()).toBe(true);
  });

  it('what failed for a passing reason is redriven', async () => {
    const trips = stage.lake.effects.catalog.datasets.find(({ name }) => name === 'trips');
    if (trips === undefined) throw new Error('there is no dataset trips');
    const prefix = tablePrefix(landingTable(trips));
    const present = (await stage.lake.effects.tables.latest(prefix))?.version ?? -1;
    const broken = entryKey(prefix, present + 1);
    const key = 'air-boltic/trip/later.csv';
    // Five attempts take minutes.
    const once = (policy: string) => JSON.stringify({ ...JSON.parse(policy), maxReceiveCount: 1 });
    await stack.under('FilesQueueUrl', 'RedrivePolicy', once, async () => {
      await stage.lake.effects.lake.create(broken, new TextEncoder().encode('not a log entry\n'));
      await stack.put(
        key,
        'Trip ID,Origin City,Destination City,Airplane ID,Start Timestamp,End Timestamp\n901,Tallinn,Riga,14,2024-01-09 07:00:00,2024-01-09 08:00:00\n',
      );
      await stack.put(billingKey(20, 'unharmed'), billing(20, 5, 1));
      const isDead = async () => (await stage.deadLetters()).letters.some(({ about }) => about.includes(key));
      await until('the message among the dead letters', isDead, 500);
      // Nobody may remove a log entry while the lake's policy stands.
      await unprotected(stack.outputs.LakeBucket, () =>
        untilAllowed(() => stage.lake.effects.lake.remove([broken])),
      );
      const { code, out } = await sluice(['redrive', ...stage.deadLetterQueues(), '--format', 'json']);
      expect([code, JSON.parse(out)]).toMatchObject([0, { queues: [{ moved: 2, left: 0 }, { moved: 0 }] }]);
      await stage.expectLocalRows();
      await until('the poison to be dead again', () => stage.poisonIsDead(), 500);
    });
    expect((await stack.count('FilesQueueUrl')).waiting).toBe(0);
  });

  it("the lake's policy keeps log entries as they are, whoever asks", async ({ skip }) => {
    if (target.brand !== 'aws')
      skip('emulators do not go by policies: test/stacks asserts it on the template');
    const entry = entryKey('insights/spend_by_month', 0);
    const { lake } = stage.lake.effects;
    const before = await lake.read(entry);
    await expect(lake.write(entry, new TextEncoder().encode('overwritten'))).rejects.toThrow(
      /AccessDenied|403/,
    );
    await expect(lake.remove([entry])).rejects.toThrow(/AccessDenied|403/);
    expect(await lake.create(entry, new TextEncoder().encode('created again'))).toBe(false);
    expect(await lake.read(entry)).toEqual(before);
  });

  it('updated with a new insight, the stack computes it over what is there', async () => {
    const insight = 'SELECT region, count(*) AS n FROM billing GROUP BY region';
    const words = '/* ---\nover: billing\nkey: [region]\n--- */';
    await stage.update('billing/insights/rows_by_region.sql', `${words}\n${insight}\n`);
    await stage.expectLocalRows();
    // Made by the deploy, and computed since.
    expect((await stage.versions())['insights/rows_by_region']).toBeGreaterThan(0);
  });

  it('300 files at once', async () => {
    const numbers = Array.from({ length: 300 }, (_, n) => n);
    const started = performance.now();
    await inLots(numbers, (n) =>
      stack.put(billingKey(8 + (n % 3), `burst é+ ${n}`), billing(8 + (n % 3), 3, n)),
    );
    await until('a settled lake', () => stage.isSettled());
    console.info(`${target.brand}: 300 files at once took ${Math.round(performance.now() - started)} ms`);
    await stage.expectLocalRows();
  });

  it('destroyed, the stack leaves its lake as it was', async () => {
    await stack.destroy();
    const isGone = () =>
      stack.count('FilesQueueUrl').then(
        () => false,
        (error: Error) => /QueueDoesNotExist|NonExistentQueue/.test(error.name),
      );
    await until('the queues to be gone', isGone);
    const left = await openRemoteLake(stack.outputs);
    onTestFinished(() => left.close());
    const { rows, differences } = await compareLakes(left.effects, stage.lake.effects);
    expect(differences).toEqual([]);
    expect(rows).toBeGreaterThan(15_000);
  });
});
