// Which version a table had at a time, judged by reading all entries: writers' clocks differ, and a version is never older than the
// one before.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry, Snapshot } from '../../lib/delta/snapshot.ts';
import type { DeltaTables } from '../../lib/delta/tables.ts';
import { findVersion, versionAsOf } from '../../lib/inspect/version-as-of.ts';
import { tries } from '../support/tries.ts';

/** A log whose commits were made at `times`. */
function logOf(times: readonly (number | undefined)[]) {
  const read: number[] = [];
  const tables = {
    async entries(_: string, after: number, upTo: number): Promise<Entry[] | undefined> {
      if (after < -1 || upTo >= times.length) return undefined;
      return times.slice(after + 1, upTo + 1).map((timestamp, i) => {
        read.push(after + 1 + i);
        return {
          version: after + 1 + i,
          actions: [{ commitInfo: timestamp === undefined ? {} : { timestamp } }],
        };
      });
    },
  } as unknown as DeltaTables;
  const present = { version: times.length - 1, timestampMs: times.at(-1) } as Snapshot;
  return { tables, present, read };
}

function judged(times: readonly number[], ms: number): number | undefined {
  const younger = times.findIndex((time) => time > ms);
  const version = younger < 0 ? times.length - 1 : younger - 1;
  return version < 0 ? undefined : version;
}

test('it is the last one before the first that is younger', async () => {
  const logs = fc.array(fc.record({ pause: fc.nat(5), skew: fc.nat(8) }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(logs, fc.nat(400), async (commits, ms) => {
      let now = 1000;
      const times = commits.map(({ pause, skew }) => {
        now += 1 + pause;
        return now + skew;
      });
      const { tables, present } = logOf(times);
      const asOf = { text: '', ms: 990 + ms };
      // A clock that is ahead by 8 is no longer ahead 8 commits later.
      expect(await findVersion(tables, 't', present, asOf, 8)).toBe(judged(times, asOf.ms));
    }),
    tries(2000),
  );
});

test('entries that do not say when they were made mislead nobody', async () => {
  const times = Array.from({ length: 1000 }, (_, version) =>
    version % 7 === 3 ? 1000 * version : undefined,
  );
  const { tables, present } = logOf(times);
  for (const at of [3, 10, 101, 500, 997]) {
    const known = times.map((time) => time ?? 0);
    const asOf = { text: '', ms: 1000 * at };
    expect(await findVersion(tables, 't', present, asOf, 8)).toBe(judged(known, asOf.ms));
  }
});

test('where no commit says its time, each entry is read a few times at most', async () => {
  const { tables, present, read } = logOf(Array.from({ length: 3000 }, () => undefined));
  expect(await findVersion(tables, 't', present, { text: '', ms: -1 })).toBeUndefined();
  expect(read.length).toBeLessThan(3 * 3000);
});

test('of 100,000 versions a few hundred entries are read', async () => {
  const times = Array.from({ length: 100_000 }, (_, version) => version * 1000);
  for (const at of [0, 1, 50_000, 99_998, 99_999]) {
    const { tables, present, read } = logOf(times);
    expect(await findVersion(tables, 't', present, { text: '', ms: at * 1000 })).toBe(at);
    expect(new Set(read).size).toBeLessThan(230);
  }
});

test('where there is none, it is said what there is', async () => {
  const { tables, present } = logOf([Date.UTC(2024, 0, 2), Date.UTC(2024, 0, 3)]);
  await expect(versionAsOf(tables, 'tables/t', present, { text: '7', version: 7 })).rejects.toThrow(
    'tables/t has no version 7: its newest is 1, of 2024-01-03T00:00:00Z.',
  );
  const early = { text: '2024-01-01', ms: Date.UTC(2024, 0, 1) };
  await expect(versionAsOf(tables, 'tables/t', present, early)).rejects.toThrow(
    'tables/t did not exist yet at 2024-01-01: its first version is of 2024-01-02T00:00:00Z.',
  );
  expect(await versionAsOf(tables, 'tables/t', present, undefined)).toBe(1);
});
