// What a bench is: two sides that are compared by their times, each run in a process of its own.

/** Timed in the process that `prepare` runs in, without its start-up. */
type Work = { readonly prepare: () => Promise<() => Promise<void>> };
/** A Node program that is timed from its start to its end; `ready` comes before, untimed. */
type Program = { readonly ready: () => Promise<void>; readonly argv: readonly string[] };

export type Side = (Work | Program) & {
  /** Short, for tables. */
  readonly name: string;
  /** The SQL, or what was run, for people. */
  readonly command: string;
};

export type Bench = {
  readonly name: string;
  readonly title: string;
  readonly subject: Side;
  readonly baseline: Side;
  /** Of the subject: its least time over the baseline's, or its least time. */
  readonly target?: { readonly ratio: number } | { readonly seconds: number };
};

export type Measurement = { readonly wallMs: number; readonly cpuMs: number; readonly peakRssMb: number };
