// Finds the records of a text that is cut into blocks at any byte: each block is scanned from every state that the text before it
// may leave it in, and the blocks' results are then joined in order. Pure: knows neither files nor who scans which block.
import type { Dialect } from './contract.ts';
import { RecordScanner } from './record-scanner.ts';
import { type Border, type ScanState, STATES } from './scan-state.ts';

/** What a scan from one state finds in a block. */
export type BlockRun = {
  readonly end: ScanState;
  /** Records that end in the block. */
  readonly records: number;
  /** Physical lines that end in it. */
  readonly lines: number;
  /** The first line's start outside of records, in bytes and lines of the block; absent where there is none. */
  readonly border?: Border;
};

/** By the state at the block's start. */
export type BlockScan = Readonly<Partial<Record<ScanState, BlockRun>>>;

/** Runs are compared after so many bytes: most meet at the next line's end. */
const STRETCH_BYTES = 64 * 1024;

/** A state at the block's start whose scan is that of a run, but for what was different before they met. */
type Origin = {
  readonly state: ScanState;
  readonly records: number;
  readonly lines: number;
  readonly border?: Border;
};

type Run = { readonly scanner: RecordScanner; readonly origins: readonly Origin[] };

/** Scans from all possible states at once; runs in the same state are one from there on. */
export class BlockScanner {
  #runs: Run[];

  /** `columns`: cells of a record. `lastByte`: the one before the block, -1 if there is none. `isFirst`: it begins with a record. */
  constructor(dialect: Dialect, columns: number, lastByte: number, isFirst: boolean) {
    this.#runs = (isFirst ? (['record-start'] as const) : STATES).map((state) => ({
      scanner: new RecordScanner(dialect, columns, { state, lastByte }),
      origins: [{ state, records: 0, lines: 0 }],
    }));
  }

  push(chunk: Uint8Array): void {
    for (let start = 0; start < chunk.length; start += STRETCH_BYTES) {
      const stretch = chunk.subarray(start, start + STRETCH_BYTES);
      for (const { scanner } of this.#runs) scanner.push(stretch);
      this.#runs = met(this.#runs);
    }
  }

  /** `isLast`: the text ends with the block. */
  end(isLast: boolean): BlockScan {
    const scan: Partial<Record<ScanState, BlockRun>> = {};
    for (const { scanner, origins } of this.#runs) {
      const end = scanner.state;
      if (isLast) scanner.end();
      for (const origin of origins) scan[origin.state] = { end, ...foundFrom(origin, scanner) };
    }
    return scan;
  }
}

/** Of a text in which each line that a line feed ends is whole records, as in newline-delimited JSON. Counts no records. */
export class LineBlockScanner {
  readonly #states: readonly ScanState[];
  #lastByte: number;
  #bytes = 0;
  #lines = 0;
  #border: number | undefined;

  /** As of BlockScanner. */
  constructor(lastByte: number, isFirst: boolean) {
    this.#lastByte = lastByte;
    const isAtStart = isFirst || lastByte === LF;
    this.#states = [isAtStart ? 'record-start' : 'bare'];
    if (isAtStart) this.#border = 0;
  }

  push(chunk: Uint8Array): void {
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, end + 1)) {
      this.#lines += 1;
      this.#border ??= this.#bytes + end + 1;
    }
    this.#bytes += chunk.length;
    this.#lastByte = chunk.at(-1) ?? this.#lastByte;
  }

  end(): BlockScan {
    const lines = this.#border === 0 ? 0 : 1;
    const run: BlockRun = {
      end: this.#lastByte === LF ? 'record-start' : 'bare',
      records: 0,
      lines: this.#lines,
      ...(this.#border === undefined ? {} : { border: { position: this.#border, lines } }),
    };
    return Object.fromEntries(this.#states.map((state) => [state, run]));
  }
}

const LF = 10;

function foundFrom({ records, lines, border }: Origin, scanner: RecordScanner): Omit<BlockRun, 'end'> {
  // Runs that met without one had counted the same lines: those within their records.
  const found = border ?? scanner.border;
  return {
    records: scanner.records + records,
    lines: scanner.lines + lines,
    ...(found === undefined ? {} : { border: found }),
  };
}

/** Runs that are in the same state read on alike; those that have found a border and those that have not stay apart. */
function met(runs: readonly Run[]): Run[] {
  const kept = new Map<string, Run>();
  for (const run of runs) {
    const id = `${run.scanner.state} ${run.scanner.border !== undefined}`;
    const other = kept.get(id);
    kept.set(
      id,
      other === undefined ? run : { ...other, origins: [...other.origins, ...joining(run, other)] },
    );
  }
  return [...kept.values()];
}

function joining({ scanner, origins }: Run, { scanner: other }: Run): Origin[] {
  return origins.map((origin) => {
    const { records, lines, border } = foundFrom(origin, scanner);
    return {
      state: origin.state,
      records: records - other.records,
      lines: lines - other.lines,
      ...(border === undefined ? {} : { border }),
    };
  });
}

/** Whole records: from one border to the next, in bytes of the text. `linesBefore`: physical lines of the text before them. */
export type RecordSpan = { readonly from: number; readonly to: number; readonly linesBefore: number };

/** `sizes`: the blocks' bytes. Spans are in the blocks' order; a block in which no line begins outside of records has none. */
export function joinBlocks(
  scans: readonly BlockScan[],
  sizes: readonly number[],
): { readonly records: number; readonly spans: readonly RecordSpan[] } {
  const starts: Omit<RecordSpan, 'to'>[] = [];
  let [state, position, records, lines]: [ScanState, number, number, number] = ['record-start', 0, 0, 0];
  for (const [index, scan] of scans.entries()) {
    const run: BlockRun | undefined = scan[state];
    if (run === undefined) throw new Error(`block ${index} was not scanned from the state ${state}`);
    if (run.border)
      starts.push({ from: position + run.border.position, linesBefore: lines + run.border.lines });
    state = run.end;
    position += sizes[index] ?? 0;
    records += run.records;
    lines += run.lines;
  }
  const spans = starts.map((start, i) => ({ ...start, to: starts[i + 1]?.from ?? position }));
  return { records, spans: spans.filter(({ from, to }) => to > from) };
}
