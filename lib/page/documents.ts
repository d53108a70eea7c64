// The index of the page, which the writer writes and the browser reads; it names all other documents. Types alone, so that both
// sides share them.
import type { ArrivalsDocument, DatasetDocument } from './dataset-documents.ts';
import type { InsightDocument } from './insight-documents.ts';
import type { Ref, State, Time } from './page-values.ts';

/** Changes whenever a document's shape changes: pages of another format are rewritten. */
export const FORMAT = 2;

/** Where a link of the page leads: see app/routes.ts. */
export type Target =
  | { readonly view: 'dataset' | 'insight'; readonly name: string }
  /** What was refused of a file of a dataset. */
  | { readonly view: 'refused'; readonly name: string; readonly source: string };

/** The one document with a fixed name, data/index.js; it names all others, directly or through them. */
export type IndexDocument = {
  readonly format: number;
  /** For people. */
  readonly lake: string;
  readonly landing: string;
  readonly writtenAt: Time;
  /** The options that commands need beside their own, as ` --lake s3://…`; '' for none. */
  readonly options: string;
  readonly summary: Summary;
  /** The gravest first. */
  readonly faults: readonly Fault[];
  readonly datasets: readonly DatasetSummary[];
  readonly insights: readonly InsightSummary[];
  readonly lineage: Lineage;
  /** What the search looks through besides. */
  readonly columns: Ref<ColumnsDocument>;
};

/** The descriptions of the tables' columns: loaded by the search, as they would make the first page large. */
export type ColumnsDocument = { readonly tables: readonly DescribedTable[] };

export type DescribedTable = {
  readonly name: string;
  /** Those with a description. */
  readonly columns: readonly { readonly name: string; readonly description: string }[];
};

export type Summary = {
  /** In landing and accounted for. */
  readonly files: number;
  readonly waiting: number;
  readonly late: number;
  readonly rejected: number;
  /** Refused rows that nobody settled. */
  readonly refusedRows: number;
  readonly stalePartitions: number;
  readonly behindPartitions: number;
};

export type Fault = {
  readonly state: 'attention' | 'fault';
  /** What is wrong, in a sentence that needs no knowledge of Sluice. */
  readonly what: string;
  /** Why, as the product's own message says it; '' where `what` says it all. */
  readonly cause: string;
  /** What mends it, to be typed; null where nothing that is typed does. */
  readonly command: string | null;
  /** What to do where that is not typed: `ask its sender for the file`. */
  readonly advice: string | null;
  readonly target: Target | null;
};

export type DatasetSummary = {
  readonly name: string;
  readonly package: string;
  readonly description: string | null;
  readonly state: State;
  readonly files: number;
  readonly rows: number;
  readonly refusedRows: number;
  readonly waiting: number;
  readonly rejected: number;
  readonly late: number;
  /** When its latest file came, and when its table last changed; null for never. */
  readonly lastArrival: Time | null;
  readonly lastCommit: Time | null;
  /** When that latest file came into the table; null where it did not, as it waits or was refused. */
  readonly countedAt: Time | null;
  readonly version: number | null;
  /** Rows of the table at the end of each of the last 30 days, the oldest first; null before it existed. */
  readonly trend: readonly (number | null)[];
  readonly document: Ref<DatasetDocument> | null;
  readonly arrivals: Ref<ArrivalsDocument> | null;
};

export type InsightSummary = {
  readonly name: string;
  /** `history`: of an upsert dataset; every version of each row. */
  readonly kind: 'insight' | 'history';
  readonly description: string | null;
  readonly headline: boolean;
  readonly state: State;
  readonly rows: number;
  readonly partitions: number;
  readonly stale: number;
  readonly warnings: number;
  /** Partitions that its inputs changed since; null where that is not known. */
  readonly behind: number | null;
  readonly lastCommit: Time | null;
  readonly version: number | null;
  readonly trend: readonly (number | null)[];
  /** Its versions of the last 24 hours before `writtenAt`. */
  readonly changesToday: number;
  readonly document: Ref<InsightDocument> | null;
};

/** Laid out in columns: everything stands to the right of what it reads. */
export type Lineage = {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
};

export type LineageNode = {
  readonly name: string;
  readonly kind: 'dataset' | 'history' | 'insight';
  readonly description: string | null;
  readonly state: State;
  readonly rows: number;
  /** Columns of the table, for the search. */
  readonly columns: readonly string[];
  /** Place in the layout of the whole: `rank` counts columns from the left, `order` is the place within one. */
  readonly rank: number;
  readonly order: number;
};

/** `over`: its partitions drive those of `to`. `joined`: read by partition. `side`: read as a whole. `audit`: looked up by an audit. */
export type LineageEdge = {
  readonly from: string;
  readonly to: string;
  readonly kind: 'over' | 'joined' | 'side' | 'audit';
};
