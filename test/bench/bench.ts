// What a bench is: two sides that are compared by their times, each run in a process of its own.

/** Timed in the process that `prepare` runs in, without its start-up. Work done by other processes returns what these used. */
type Work = { readonly prepare: () => Promise<() => Promise<void> | Promise<Usage>> };
export type Usage = { readonly cpuMs: number; readonly peakRssMb: number };
/** A Node program that is timed from its start to its end; `ready` comes before, untimed. */
type Program = { readonly ready: () => Promise<void>; readonly argv: readonly string[] };

export type Side = (Work | Program) & {
  /** Short, for tables. */
  readonly name: string;
  /** The SQL, or what was run, for people. */
  readonly command: string;
  /** The work is that many of what the times are told for: ten days, a time a day. Default: 1. */
  readonly units?: number;
  /** The work is done in a process that the bench cannot measure: only its time counts. */
  readonly isOutside?: true;
};

/** Of the subject: its least time over the baseline's or the other way round, the same of the processors' time, its least time, or its peak memory. */
export type Target =
  | { readonly ratio: number }
  | { readonly cpuRatio: number }
  | { readonly seconds: number }
  | { readonly peakRssMb: number }
  | { readonly timesFaster: number };

export type Bench = {
  readonly name: string;
  readonly title: string;
  readonly subject: Side;
  readonly baseline: Side;
  readonly target?: Target;
  /** Why it cannot run here; undefined where it can. */
  readonly whyNot?: () => Promise<string | undefined>;
};

export type Measurement = Usage & { readonly wallMs: number };
