// `npm run bench:aws [-- arrival | large | cold-start | storm | cost …]`: the deployed stack's times, requests and costs, measured on MiniStack; those that need no
// function of the emulator's own also with SLUICE_EMULATOR=localstack.
import { availableParallelism, loadavg } from 'node:os';
import { deployStack, destroyStack } from '../../../localstack/deploy.ts';
import { type ArrivalPlan, measureArrival } from './arrival.ts';
import { measureColdStart } from './cold-start.ts';
import { measureCost } from './cost.ts';
import { type Emulated, onEmulator } from './emulator.ts';
import type { Spread } from './spread.ts';
import { measureStorm } from './storm.ts';
import { STORM_TARGETS, stormFigures } from './storm-text.ts';

const SMALL: ArrivalPlan = { rows: 20, rounds: 32, warmUp: 2 };
/** 30 MB. */
const LARGE: ArrivalPlan = { rows: 210_000, rounds: 12, warmUp: 2 };
const COLD_STARTS = 10;
const COLD_START_TARGET_MS = 2000;
const LARGE_TARGET_RATIO = 1.5;
const STORM_FILES = 2000;

/** They are for an emulator that runs functions itself. */
const NEED_FUNCTIONS: readonly string[] = ['arrival', 'large'];

type Line = { readonly text: string; readonly held: boolean };
type Measure = (emulated: Emulated) => Promise<Line>;

const ms = (value: number) => `${Math.round(value)} ms`;
const shown = ({ p50, p95, n }: Spread) => `p50 ${ms(p50)}, p95 ${ms(p95)} (n = ${n})`;
const verdict = (held: boolean, target: string) => `target: ${target}, ${held ? 'held' : 'MISSED'}`;

const MEASURES: Readonly<Record<string, Measure>> = {
  arrival: async (emulated) => ({
    text: await arrival(emulated, 'small file', SMALL).then(({ text }) => text),
    held: true,
  }),
  large: async (emulated) => {
    const { text, ratio } = await arrival(emulated, '30 MB file', LARGE);
    const held = ratio <= LARGE_TARGET_RATIO;
    return { text: `${text}; ${verdict(held, `at most ${LARGE_TARGET_RATIO} times`)}`, held };
  },
  'cold-start': async (emulated) => {
    const measured = await measureColdStart(emulated, COLD_STARTS);
    const held = measured.p95 < COLD_START_TARGET_MS;
    return {
      text: `Cold start, process start to first commit: ${shown(measured)}; ${verdict(held, 'p95 under 2 s')}`,
      held,
    };
  },
  storm: async (emulated) => {
    const { requestsPerFile, conflicts, text, tables } = stormFigures(
      await measureStorm(emulated, STORM_FILES),
    );
    const held = requestsPerFile <= STORM_TARGETS.requestsPerFile && conflicts <= STORM_TARGETS.conflicts;
    const target = `at most ${STORM_TARGETS.requestsPerFile} requests a file and ${STORM_TARGETS.conflicts} lost commits`;
    return { text: `${text}; ${verdict(held, target)}\n\n${tables}`, held };
  },
  cost: async (emulated) => ({ text: `Cost. ${await measureCost(emulated)}`, held: true }),
};

async function arrival(emulated: Emulated, what: string, plan: ArrivalPlan) {
  const target = { endpoint: emulated.endpoint, stage: `bench-${plan.rows}` };
  process.stderr.write(`Deploying ${target.stage} …\n`);
  const outputs = await deployStack(target);
  try {
    const { aws, local, sizeBytes } = await measureArrival(emulated, outputs, plan);
    const ratio = aws.p50 / local.p50;
    const size =
      sizeBytes < 1e6 ? `${(sizeBytes / 1e3).toFixed(1)} kB` : `${(sizeBytes / 1e6).toFixed(1)} MB`;
    return {
      ratio,
      text: `Arrival to the last of six insights, ${what} (${size}): ${shown(aws)}; local lake: ${shown(local)}; ratio of p50 ${ratio.toFixed(2)}`,
    };
  } finally {
    await destroyStack(target);
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => MEASURES[name] === undefined);
if (unknown !== undefined) {
  process.stderr.write(
    `There is no measurement ${unknown}: choose among ${Object.keys(MEASURES).join(', ')}.\n`,
  );
  process.exit(2);
}
const { SLUICE_EMULATOR: kind = 'ministack' } = process.env;
const names = wanted.length > 0 ? wanted : Object.keys(MEASURES);
if (kind !== 'ministack' && (kind !== 'localstack' || names.some((name) => NEED_FUNCTIONS.includes(name)))) {
  process.stderr.write(
    `SLUICE_EMULATOR=${kind} cannot measure that: use ministack, or localstack with names other than ${NEED_FUNCTIONS.join(' and ')}.\n`,
  );
  process.exit(2);
}
const [load = 0] = loadavg();
if (load > availableParallelism())
  process.stderr.write(
    `This machine is busy (load ${load.toFixed(1)}): times will be longer than they are, counts will not.\n`,
  );
await onEmulator(kind, async (emulated) => {
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (!names.includes(name)) continue;
    const { text, held } = await measure(emulated);
    process.stdout.write(`- ${text}\n`);
    if (!held) process.exitCode = 1;
  }
});
