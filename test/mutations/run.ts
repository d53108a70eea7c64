// `npm run mutations [-- FILTER …]`: takes the rules of a proof away, one at a time, and looks whether its law would notice. A line
// for each, then how many were caught. Fails if one is missed, or if one is caught that is said to be equivalent.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Hunted } from './hunt.ts';
import { type Mutation, mutationsIn } from './mutation.ts';
import { SUITES } from './suites.ts';

const PROCESSES = 2;

const isCaught = ({ kinds }: Hunted) => Object.keys(kinds).length > 0;
const isEquivalent = ({ equivalent }: Hunted) => equivalent !== undefined;
const isWrong = (hunted: Hunted) => hunted.failed !== undefined || isCaught(hunted) === isEquivalent(hunted);

function line(hunted: Hunted): string {
  const { name, equivalent, kinds, example, more, failed } = hunted;
  if (failed !== undefined) return `FAILED ${name}: ${failed}`;
  const counts = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
  if (isCaught(hunted))
    return `${isEquivalent(hunted) ? 'CAUGHT' : 'caught'} ${name} by ${counts.join(', ')}: ${example}`;
  if (isEquivalent(hunted)) return `as said ${name}: ${equivalent}`;
  return `MISSED ${name}: it claims more of ${more} SELECTs, and none is shown to be false`;
}

/** Each process takes the next one that is left. */
async function huntAll(suite: string, mutations: readonly Mutation[]): Promise<Hunted[]> {
  const left = [...mutations];
  const found: Hunted[] = [];
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(join(import.meta.dirname, 'hunt-process.ts'), [suite]);
      child.on('message', (hunted: Hunted | 'ready') => {
        if (hunted !== 'ready') {
          found.push(hunted);
          process.stdout.write(`${line(hunted)}\n`);
        }
        const next = left.shift();
        if (next === undefined) child.disconnect();
        else child.send(next);
      });
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`a process that hunts ended with ${code}`)),
      );
    });
  await Promise.all(Array.from({ length: Math.min(PROCESSES, mutations.length) }, work));
  return found;
}

const filters = process.argv.slice(2).map((filter) => new RegExp(filter));
const started = performance.now();
const all: Hunted[] = [];
for (const suite of SUITES) {
  const wanted = mutationsIn(suite.mutations).filter(
    ({ name }) => filters.length === 0 || filters.some((filter) => filter.test(`${suite.name} ${name}`)),
  );
  if (wanted.length > 0) all.push(...(await huntAll(suite.name, wanted)));
}
const wrong = all.filter(isWrong);
const said = all.filter(isEquivalent).length;
const seconds = Math.round((performance.now() - started) / 1000);
process.stdout.write(
  `\n${all.length} mutations: ${all.filter(isCaught).length} caught, ${said} said to be equivalent, ${wrong.length} wrong; ${seconds} s\n`,
);
for (const hunted of wrong) process.stdout.write(`${line(hunted)}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
