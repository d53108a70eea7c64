// The tasks of a source file's job, what each needs to know and what it answers. All of it is plain JSON. Types alone.
import type { BlockScan, RecordSpan } from '../core/block-scan.ts';
import type { Violation } from '../core/violation.ts';
import type { Converted } from '../ingest/convert.ts';
import type { SeenWidths } from '../ingest/csv/record-width.ts';
import type { TrailingDelimiter } from '../ingest/odd-columns.ts';
import type { QuarantineFile } from '../ingest/quarantine.ts';
import type { SeenLabels, SeenQuotes } from '../ingest/row-source.ts';
import type { UploadedFile } from '../lake/jobs.ts';
import type { ByteRange } from '../ports.ts';

/** `range`: of the source file. `lastByte`: read from the file where it is absent. */
export type ScanTask = {
  readonly kind: 'scan';
  readonly range: ByteRange;
  readonly isFirst: boolean;
  readonly isLast: boolean;
};
/** `text`: a hash of the block's bytes. */
export type ScanResult = { readonly scan: BlockScan; readonly text: string };

/** How many cells the records have, where the first one has not as many as the header. `span`: of the source file, here and below. */
export type WidthsTask = { readonly kind: 'widths'; readonly span: RecordSpan };
export type WidthsResult = { readonly widths: SeenWidths | 'unreadable' };

export type ConvertTask = {
  readonly kind: 'convert';
  /** Its place among the tasks that convert. */
  readonly block: number;
  readonly span: RecordSpan;
  readonly trailing?: TrailingDelimiter;
  readonly brokenLine?: number;
  /** Into so many shards its keys are written; 0 where no keys are compared. */
  readonly keyShards: number;
  /** See FilePart. */
  readonly seenElsewhere?: readonly string[];
  /** Files with the keys that records of blocks before hold, by the key's number. */
  readonly held?: readonly HeldKeys[];
};
export type HeldKeys = { readonly key: number; readonly files: readonly string[] };

export type ConvertedBlock = Pick<
  Converted,
  | 'outcome'
  | 'rows'
  | 'acceptedRows'
  | 'superseded'
  | 'skipped'
  | 'ignoredColumns'
  | 'columnRemarks'
  | 'missingColumns'
> & {
  readonly files: readonly UploadedFile[];
  readonly quarantine?: Omit<QuarantineFile, 'path'> & { readonly file: string };
  readonly quotes: SeenQuotes;
  /** Of JSON. */
  readonly labels?: SeenLabels;
  readonly keys: readonly KeyFile[];
};
export type RefusedBlock = {
  readonly outcome: 'rejected';
  readonly violation: Violation;
  readonly quotes: SeenQuotes;
};
export type ConvertResult = ConvertedBlock | RefusedBlock;

/** Keys of one block; a file of the job. */
export type KeyFile = { readonly key: number; readonly shard: number; readonly file: string };

/** Finds keys that several blocks have, or, of an upsert, counts them. */
export type KeysTask = {
  readonly kind: 'keys';
  readonly key: number;
  readonly files: readonly { readonly block: number; readonly file: string }[];
};
/** `keys`: how many there are; of an upsert alone. `held`: by block, a file with its keys that a block before it holds. */
export type KeysResult = {
  readonly keys?: number;
  readonly held: readonly { readonly block: number; readonly file: string }[];
};

/** Makes one quarantine file of those of the blocks. */
export type QuarantineTask = { readonly kind: 'quarantine'; readonly files: readonly string[] };
export type QuarantineResult = { readonly rows: number; readonly content: string };

export type SourceTask = ScanTask | WidthsTask | ConvertTask | KeysTask | QuarantineTask;
export type SourceResult = ScanResult | WidthsResult | ConvertResult | KeysResult | QuarantineResult;
