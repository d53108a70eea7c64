// The commit protocol on S3: racing writers, lost answers, and the probe that keeps it off stores that would break it.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Client } from '../../lib/adapters/aws-clients.ts';
import { backoff } from '../../lib/adapters/backoff.ts';
import { probeConditionalCreate } from '../../lib/adapters/s3-probe.ts';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { type DeltaEffects, DeltaTables } from '../../lib/delta/tables.ts';
import type { ObjectStore } from '../../lib/ports.ts';
import { raceTwentyWriters } from '../support/racing-writers.ts';
import { testTemp } from '../support/temp.ts';
import { addFile, createTable, deltaCase, paths, TABLE } from '../unit/delta-table-case.ts';
import { emulator, freshBucket, s3 } from './emulated.ts';
import { faultyProxy, isConditionalWrite } from './faulty-proxy.ts';

let effects: DeltaEffects;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ effects, close } = await deltaCase());
});
afterAll(() => close());

async function freshStore(client = s3): Promise<ObjectStore> {
  return s3Store({ client, bucket: await freshBucket(), prefix: 'lake', scratch: testTemp() });
}

/** The same bucket through a proxy. */
async function lakeBehind(rules: Parameters<typeof faultyProxy>[1]) {
  const bucket = await freshBucket();
  const scratch = testTemp();
  const endpoint = await faultyProxy(emulator.endpoint, rules);
  const at = (client: typeof s3) => s3Store({ client, bucket, prefix: 'lake', scratch });
  return { through: at(s3Client({ AWS_ENDPOINT_URL: endpoint })), direct: at(s3) };
}

describe(emulator.brand, () => {
  it('twenty racing writers all commit, each version once, and no file is lost', async () => {
    const { commits, conflicts } = await raceTwentyWriters({
      ...effects,
      store: await freshStore(),
      pause: backoff,
    });
    console.info(`${emulator.brand}: ${commits} commits of 20 racing writers met ${conflicts} conflicts`);
  });

  it('a commit whose answer is lost is recognised, and made once', async () => {
    let lost = 0;
    const { through, direct } = await lakeBehind({
      // The SDK sends it again, and is told that it exists.
      fault: (passing) => {
        if (!isConditionalWrite(passing) || lost === 3) return undefined;
        lost += 1;
        return 'reset after';
      },
    });
    const tables = new DeltaTables({ ...effects, store: through });
    await createTable(tables);
    expect(await addFile(tables, 1)).toMatchObject({
      committed: true,
      conflicts: 0,
      snapshot: { version: 1 },
    });
    expect(await addFile(tables, 2)).toMatchObject({
      committed: true,
      conflicts: 0,
      snapshot: { version: 2 },
    });
    expect(lost).toBe(3);
    const present = await new DeltaTables({ ...effects, store: direct }).latest(TABLE);
    expect(present?.version).toBe(2);
    expect(paths(present?.files)).toEqual(['region=eu/1.parquet', 'region=eu/2.parquet']);
  });

  it('passes the probe, which leaves nothing', async () => {
    const store = await freshStore();
    await probeConditionalCreate(store, randomUUID);
    for await (const { key } of store.list('')) expect.unreachable(`${key} was left`);
  });

  it('without If-None-Match is refused by the probe, which leaves nothing', async () => {
    const { through, direct } = await lakeBehind({ drops: ['if-none-match'] });
    await expect(probeConditionalCreate(through, randomUUID)).rejects.toThrow('cannot hold a lake');
    for await (const { key } of direct.list('')) expect.unreachable(`${key} was left`);
  });
});
