// Law 6 with windows: whatever the history, an insight that sees the neighbours of its partitions holds what plain JavaScript
// computes from the files in landing, its receipts name the neighbours' files, and a file touches the partitions that see it alone.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deliver } from '../../lib/local/deliver.ts';
import { openLake, openPackage, put, syncPrune, TestClock } from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';
import {
  dayText,
  expectedRows,
  expectReceipts,
  FIRST_DAY,
  heldRows,
  INSIGHTS,
  PACKAGE,
  play,
  step,
  visitKey,
} from '../support/window-history.ts';
import { DAY, type Landing } from '../support/window-judge.ts';

const world = useWorld(() => openPackage(PACKAGE, INSIGHTS));

test('any history gives what plain JavaScript computes of the files that are there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.boolean()), { minLength: 8, maxLength: 16 }),
      async (steps) => {
        const clock = new TestClock();
        const lake = openLake(world, clock);
        await syncPrune(lake);
        const landing: Landing = new Map();
        for (const [one, isDelivered] of steps) {
          const key = await play(one, clock, lake, landing);
          if (!isDelivered || key === undefined) continue;
          await lake.queues.files.send([{ source: key }]);
          await deliver(lake.effects, lake.queues);
        }
        await syncPrune(lake);
        expect(lake.dead).toEqual([]);
        expect(await heldRows(lake)).toEqual(expectedRows(landing));
        await expectReceipts(lake, landing);
      },
    ),
    tries(5),
  );
});

test('a file recomputes the days that see it and exist, of its own region, and none else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(fc.constantFrom('eu', 'us'), fc.nat(17)), {
        minLength: 12,
        maxLength: 30,
        selector: ([region, day]) => `${region} ${day}`,
      }),
      fc.constantFrom('eu', 'us'),
      fc.nat(17),
      fc.boolean(),
      async (days, region, day, isGone) => {
        const clock = new TestClock();
        const lake = openLake(world, clock);
        const at = visitKey(region, day, 'a');
        const others = days.filter(([r, d]) => r !== region || d !== day);
        for (const [r, d] of isGone ? [...others, [region, day] as const] : others)
          await put(lake.effects.landing, visitKey(r, d, 'a'), `user,n\nann,${d}`);
        await syncPrune(lake);
        if (isGone) await lake.effects.landing.remove([at]);
        else await put(lake.effects.landing, at, 'user,n\nbob,1000');
        await lake.queues.files.send([{ source: at }]);
        const refreshed: Record<string, string[]> = { published: [], dropped: [] };
        await deliver(lake.effects, lake.queues, {
          refreshed: ({ target, published, dropped }) => {
            if (target.name !== 'week') return;
            const label = (p: Readonly<Record<string, string | null>>) =>
              `${p.region} ${p.year}-${p.month}-${p.day}`;
            refreshed.published?.push(...published.map(label));
            refreshed.dropped?.push(...dropped.map(label));
          },
        });
        const label = (d: number) => {
          const [y, m, dd] = dayText(FIRST_DAY + d * DAY)
            .split('-')
            .map(Number);
          return `${region} ${y}-${m}-${dd}`;
        };
        const seeing = others
          .filter(([r, d]) => r === region && d > day && d <= day + 6)
          .map(([, d]) => label(d));
        expect(refreshed.published?.sort()).toEqual((isGone ? seeing : [...seeing, label(day)]).sort());
        expect(refreshed.dropped).toEqual(isGone ? [label(day)] : []);
      },
    ),
    tries(3),
  );
});
