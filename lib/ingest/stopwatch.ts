// How long each stage of an ingest took, for its report. Stages may overlap, so their times need not add up.
import type { Clock } from '../ports.ts';

export type Stage =
  | 'download'
  | 'convert'
  | 'count'
  | 'rewrite'
  | 'deduplicate'
  | 'quarantine'
  | 'split'
  | 'upload';

/** Milliseconds by stage, in the order in which the stages ended. */
export type Timings = Readonly<Partial<Record<Stage, number>>>;

export type TimeStage = <T>(stage: Stage, work: () => Promise<T>) => Promise<T>;

export const untimed: TimeStage = (_, work) => work();

export class Stopwatch {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #timings: Partial<Record<Stage, number>> = {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedMs = clock().getTime();
  }

  /** The times of a repeated stage are added. */
  readonly time: TimeStage = async (stage, work) => {
    const started = this.#clock().getTime();
    try {
      return await work();
    } finally {
      this.#timings[stage] = (this.#timings[stage] ?? 0) + this.#clock().getTime() - started;
    }
  };

  /** Since it was created. */
  get elapsedMs(): number {
    return this.#clock().getTime() - this.#startedMs;
  }

  get timings(): Timings {
    return { ...this.#timings };
  }
}
