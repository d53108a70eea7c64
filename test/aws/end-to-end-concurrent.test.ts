// Ten processes' worth of ingest into one table at once, on S3: every commit is made, and conflicts stay few.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { backoff } from '../../lib/adapters/backoff.ts';
import { DeltaTables } from '../../lib/delta/tables.ts';
import { ingest } from '../../lib/ingest/ingest.ts';
import type { Effects } from '../../lib/lake/effects.ts';
import { type LocalLake, openLake } from '../../lib/local/open-lake.ts';
import { syncLake } from '../../lib/local/sync-lake.ts';
import { emulator, freshBucket } from './emulated.ts';
import { compareLakes, openTwin } from './lake-twin.ts';

const SCHEMAS = join(import.meta.dirname, '../schemas');
const WRITERS = 10;
const COMMITS_EACH = 3;

/** A process of its own as far as the table is concerned: it knows nothing of the others' commits. */
function asAnother({ effects }: LocalLake): Effects {
  const tables = new DeltaTables({ ...effects, store: effects.lake, newId: randomUUID, pause: backoff });
  return { ...effects, tables };
}

it(`ten concurrent ingests into one table on ${emulator.brand}: all commit`, async () => {
  const locations = { landing: `s3://${await freshBucket()}`, lake: `s3://${await freshBucket()}` };
  const lake = await openLake({ ...locations, schemas: SCHEMAS }, () => undefined);
  onTestFinished(() => lake.close());
  const sync = () => syncLake(lake, { selection: {}, prune: false, allowMassWithdrawal: false });
  await sync();
  const key = (writer: number, n: number) => `sales/day=2024-01-0${n + 1}/${writer}.csv`;
  const before = (await lake.effects.tables.latest('tables/sales'))?.version ?? -1;

  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    const effects = asAnother(lake);
    let conflicts = 0;
    for (let n = 0; n < COMMITS_EACH; n += 1) {
      const text = `id,customer,amount\n${writer},ann,${n}.50\n`;
      await effects.landing.write(key(writer, n), new TextEncoder().encode(text));
      const result = await ingest(effects, [{ source: key(writer, n) }]);
      expect(result.failures).toEqual([]);
      expect(result.outcomes).toMatchObject([{ source: key(writer, n), result: 'accepted' }]);
      conflicts += result.conflicts;
    }
    return conflicts;
  });
  const conflicts = (await Promise.all(writers)).reduce((sum, each) => sum + each);
  const commits = WRITERS * COMMITS_EACH;
  console.info(`${emulator.brand}: ${commits} commits of ${WRITERS} ingests met ${conflicts} conflicts`);

  expect((await lake.effects.tables.latest('tables/sales'))?.version).toBe(before + commits);
  expect(conflicts).toBeGreaterThan(0);
  expect(conflicts / commits).toBeLessThan(3);
  await sync();
  const twin = await openTwin(lake.effects.landing, SCHEMAS);
  onTestFinished(() => twin.close());
  const { rows, differences } = await compareLakes(lake.effects, twin.effects);
  expect(differences).toEqual([]);
  expect(rows).toBeGreaterThanOrEqual(commits);
});
