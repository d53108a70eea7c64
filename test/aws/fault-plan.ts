// Which requests meet which fault: decided by one seed, so that a storm can be had again. Each kind of request has a sequence of
// decisions of its own, which does not depend on how the processes' requests interleave. Counts what it has decided.
import { FAULTS, type Fault, isConditionalWrite, isSqs, type Passing } from './faulty-proxy.ts';

/** Of 1,000 requests that may meet it. */
const PER_MILLE: Readonly<Record<Fault, number>> = {
  'reset before': 10,
  'reset after': 10,
  '409': 60,
  '412': 60,
  '500 before': 10,
  '500 after': 10,
  '503': 10,
  slow: 10,
  cut: 20,
  'kill before': 3,
  'kill after': 3,
};

export type FaultCounts = Readonly<Record<Fault, number>>;

export class FaultPlan {
  readonly #seed: number;
  readonly #mostKills: number;
  readonly #decisions = new Map<string, () => number>();
  readonly #counts = new Map<Fault, number>(FAULTS.map((fault) => [fault, 0]));
  #requests = 0;
  /** Nothing happens to a request while it is true. */
  isCalm = true;

  constructor(seed: number, mostKills: number) {
    this.#seed = seed;
    this.#mostKills = mostKills;
  }

  get requests(): number {
    return this.#requests;
  }

  get counts(): FaultCounts {
    return Object.fromEntries(this.#counts) as FaultCounts;
  }

  get kills(): number {
    return this.#count('kill before') + this.#count('kill after');
  }

  /** `mayKill`: the process that sent the request may die of it. */
  decide(passing: Passing, mayKill: boolean): Fault | undefined {
    this.#requests += 1;
    if (this.isCalm) return undefined;
    const kind = kindOf(passing);
    const next = this.#decisions.get(kind) ?? numbers(`${this.#seed} ${kind}`);
    this.#decisions.set(kind, next);
    let left = next() * 1000;
    for (const fault of FAULTS) {
      left -= PER_MILLE[fault];
      if (left >= 0) continue;
      if (!isPossible(fault, passing) || (isKill(fault) && !(mayKill && this.kills < this.#mostKills)))
        return undefined;
      this.#counts.set(fault, this.#count(fault) + 1);
      return fault;
    }
    return undefined;
  }

  #count(fault: Fault): number {
    return this.#counts.get(fault) ?? 0;
  }
}

const isKill = (fault: Fault) => fault === 'kill before' || fault === 'kill after';

/** Only what S3 or SQS may answer. */
function isPossible(fault: Fault, passing: Passing): boolean {
  if (fault === '409' || fault === '412') return isConditionalWrite(passing);
  return fault !== 'cut' || passing.method === 'GET' || isSqs(passing);
}

function kindOf(passing: Passing): string {
  if (isSqs(passing)) return String(passing.headers['x-amz-target']);
  return isConditionalWrite(passing) ? 'conditional PUT' : passing.method;
}

/** Numbers from 0 to below 1 that the text alone decides: mulberry32 over a hash by FNV-1a. */
export function numbers(text: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
