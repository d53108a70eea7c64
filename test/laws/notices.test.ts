// What people know by what they were told is what stands in the lake, whatever came, went, failed and died meanwhile; and where nothing
// failed, nothing was told twice.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReport } from '../../lib/ingest/report.ts';
import { notifyLake } from '../../lib/local/notify-lake.ts';
import { settle } from '../../lib/maintain/settlement.ts';
import { type Notice, type Notifier, type ObjectStore, UndeliveredError } from '../../lib/ports.ts';
import { Crash, type Life, mortalStore } from '../support/mortal-store.ts';
import { newStore, openProcess, put, syncPrune, TestClock } from '../support/shop-lake.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

const KEYS = [
  'sales/day=2024-01-01/a.csv',
  'sales/day=2024-01-02/b.csv',
  'targets/t.csv',
  'nobody/knows.csv',
];
/** Sound, with a bad row, and without a header that the contract knows. */
const TEXTS = {
  sound: 'id,customer,amount\n1,ann,1.00\n',
  quarantined: 'id,customer,amount\n1,ann,1.00\nx,bob,2.00\n',
  rejected: 'a,b\n1,2\n',
} as const;
type Kind = keyof typeof TEXTS;
const TARGETS: Readonly<Record<Kind, string>> = {
  sound: 'city,target\nrome,1.00\n',
  quarantined: 'city,target\nrome,1.00\nparis,x\n',
  rejected: 'a,b\n1,2\n',
};

type Step =
  | { readonly kind: 'put'; readonly key: string; readonly text: Kind }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'settle'; readonly key: string }
  /** Somebody tells before what came was read. */
  | { readonly kind: 'look' }
  | { readonly kind: 'sync'; readonly tells: 'well' | 'refused' | 'unheard' | number };
const key = fc.constantFrom(...KEYS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      key,
      text: fc.constantFrom<Kind>('sound', 'quarantined', 'rejected'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ kind: fc.constant('delete' as const), key }),
      fc.record({ kind: fc.constant('settle' as const), key }),
      fc.constant({ kind: 'look' as const }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('sync' as const),
      tells: fc.oneof(
        { weight: 3, arbitrary: fc.constant('well' as const) },
        { weight: 2, arbitrary: fc.constantFrom('refused' as const, 'unheard' as const, 1, 2, 3) },
      ),
    }),
  },
);

/** Somebody who believes what is said. `refused`: takes nothing. `unheard`: takes it, and the answer is lost. */
class Reader implements Notifier {
  readonly channel = 'webhook';
  readonly knows = new Map<string, string>();
  readonly heard: Notice[] = [];
  mood: 'well' | 'refused' | 'unheard' = 'well';
  readonly onSettled: (key: string) => void;
  constructor(onSettled: (key: string) => void) {
    this.onSettled = onSettled;
  }
  async notify({ notices }: Parameters<Notifier['notify']>[0]): Promise<void> {
    if (this.mood === 'refused') throw new UndeliveredError('no', false);
    for (const notice of notices) {
      const subject = String(notice.key);
      if (notice.kind === 'settled') this.onSettled(subject);
      if (notice.kind === 'settled') this.knows.delete(subject);
      else this.knows.set(subject, notice.kind);
      this.heard.push(notice);
    }
    if (this.mood === 'unheard') throw new UndeliveredError('nobody knows', false);
  }
}

async function run(steps: readonly Step[]) {
  const clock = new TestClock();
  const [landing, lake] = [newStore(world, clock, 'landing'), newStore(world, clock, 'lake')];
  const there = new Map<string, Kind>();
  const closed = new Set<string>();
  const tooEarly: string[] = [];
  const reader = new Reader((key) => {
    if ((there.get(key) ?? 'sound') !== 'sound' && !closed.has(key)) tooEarly.push(key);
  });
  const sync = async (store: ObjectStore = lake) => {
    const process = openProcess(world, clock, landing, lake);
    await syncPrune(process);
    // The process may die while it tells, and not before: the rest is other tests' affair.
    const telling = openProcess(world, clock, landing, store);
    await notifyLake(telling, [reader], { pause: async () => {} });
  };
  for (const one of steps) {
    clock.tick();
    if (one.kind === 'put') {
      await put(landing, one.key, (one.key.startsWith('targets') ? TARGETS : TEXTS)[one.text]);
      there.set(one.key, one.text);
      closed.delete(one.key);
    } else if (one.kind === 'delete') {
      await landing.remove([one.key]);
      there.delete(one.key);
      closed.delete(one.key);
    } else if (one.kind === 'settle') {
      const { effects } = openProcess(world, clock, landing, lake);
      const dataset = effects.catalog.datasetFor(one.key);
      const version = await landing.head(one.key);
      const report = dataset && version && (await readReport(lake, dataset, version));
      if (!report || there.get(one.key) === 'sound') continue;
      await settle(lake, report, { who: 'ann', why: 'known', at: clock.now().toISOString() });
      closed.add(one.key);
    } else if (one.kind === 'look') {
      reader.mood = 'well';
      await notifyLake(openProcess(world, clock, landing, lake), [reader], { pause: async () => {} });
    } else {
      reader.mood = typeof one.tells === 'number' ? 'well' : one.tells;
      const life: Life = { effectsLeft: typeof one.tells === 'number' ? one.tells : -1, dead: false };
      await sync(typeof one.tells === 'number' ? mortalStore(lake, life) : lake).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
    }
  }
  reader.mood = 'well';
  await sync();
  const before = reader.heard.length;
  await sync();
  const open = new Map(
    [...there].flatMap(([key, kind]) =>
      kind === 'sound' || key.startsWith('nobody') || closed.has(key) ? [] : [[key, kind] as const],
    ),
  );
  return { reader, open, tooEarly, repeated: reader.heard.length - before };
}

const byKey = (map: ReadonlyMap<string, string>) => [...map].sort();

test('what was heard adds up to what stands, through refusals, lost answers and deaths', {
  timeout: 300_000,
}, async () => {
  let told = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const { reader, open, tooEarly, repeated } = await run(steps);
      expect(tooEarly).toEqual([]);
      expect(byKey(reader.knows)).toEqual(byKey(open));
      expect(repeated).toBe(0);
      told += reader.heard.length;
    }),
    tries(15),
  );
  expect(told).toBeGreaterThan(20);
});

test('where nothing fails, nobody hears the same twice in a row', { timeout: 300_000 }, async () => {
  const well = step.map((one): Step => (one.kind === 'sync' ? { ...one, tells: 'well' } : one));
  await fc.assert(
    fc.asyncProperty(fc.array(well, { minLength: 3, maxLength: 14 }), async (steps) => {
      const { reader } = await run(steps);
      const last = new Map<string, string>();
      for (const { kind, key, etag: _, at: __, report, ...rest } of reader.heard) {
        const heard = JSON.stringify([kind, report ?? rest]);
        expect(last.get(String(key))).not.toBe(heard);
        last.set(String(key), heard);
      }
    }),
    tries(10),
  );
});
