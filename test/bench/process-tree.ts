// What a process and all that it started have used, from /proc: only Linux tells it. A process that has ended counts in the one that
// waited for it; one whose parent ended first is lost, so whoever wants all looks while they run.
import { readdirSync, readFileSync } from 'node:fs';
import type { Usage } from './bench.ts';

/** Of Linux on all common machines: getconf CLK_TCK, getconf PAGESIZE. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

type Told = { readonly pid: number; readonly parent: number; readonly ticks: number; readonly pages: number };

/** `rssMb`: of all of them now. Pages that they share count in each. `others`: roots of other trees, which are no part of this one. */
function usageOfTree(
  root: number,
  others: ReadonlySet<number>,
): { readonly cpuMs: number; readonly rssMb: number } {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? told(Number(name)) : []));
  const inTree = new Set([root]);
  for (let before = 0; before !== inTree.size; ) {
    before = inTree.size;
    for (const { pid, parent } of all) if (inTree.has(parent) && !others.has(pid)) inTree.add(pid);
  }
  const own = all.filter(({ pid }) => inTree.has(pid));
  const sum = (of: (one: Told) => number) => own.reduce((total, one) => total + of(one), 0);
  return {
    cpuMs: (sum(({ ticks }) => ticks) * 1000) / TICKS_PER_SECOND,
    rssMb: (sum(({ pages }) => pages) * PAGE_BYTES) / 1024 / 1024,
  };
}

/** [] if it has ended meanwhile. See proc(5), /proc/pid/stat: utime, stime, cutime, cstime and rss. */
function told(pid: number): Told[] {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return [];
  }
  // The name in parentheses may hold anything.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = [11, 12, 13, 14].reduce((total, i) => total + (fields[i] ?? 0), 0);
  return [{ pid, parent: fields[1] ?? 0, ticks, pages: fields[21] ?? 0 }];
}

const LOOK_MS = 100;

/** What `work` makes these trees use, by their roots; each tree's most, as a part of it may end unseen. */
export async function usageDuring(roots: readonly number[], work: () => Promise<void>): Promise<Usage> {
  const usage = () => roots.map((root) => usageOfTree(root, new Set(roots)));
  const before = usage().map(({ cpuMs }) => cpuMs);
  const most = [...before];
  let peakRssMb = 0;
  const look = () => {
    const now = usage();
    for (const [i, { cpuMs }] of now.entries()) most[i] = Math.max(most[i] ?? 0, cpuMs);
    peakRssMb = Math.max(
      peakRssMb,
      now.reduce((total, { rssMb }) => total + rssMb, 0),
    );
  };
  const timer = setInterval(look, LOOK_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  look();
  return { cpuMs: most.reduce((total, ms, i) => total + ms - (before[i] ?? 0), 0), peakRssMb };
}
