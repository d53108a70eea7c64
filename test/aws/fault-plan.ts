// Which requests meet which fault: decided by one seed, so that a storm can be had again. Each kind of request has a sequence of
// decisions of its own, which does not depend on how the processes' requests interleave. Counts what it has decided.
import { numbers } from '../support/numbers.ts';
import { FAULTS, type Fault, isConditionalWrite, isSqs, type Passing } from './faulty-proxy.ts';

/** Of 1,000 requests that may meet it. */
const PER_MILLE: Readonly<Record<Fault, number>> = {
  'reset before': 5,
  'reset after': 5,
  '409': 40,
  '412': 40,
  '500 before': 5,
  '500 after': 5,
  '503': 5,
  slow: 5,
  cut: 10,
  'kill before': 2,
  'kill after': 2,
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
