// The lines of a Delta log entry as Sluice writes and reads them: PROTOCOL.md, "Actions". Only types.
// Reader version 1, writer version 2; fields that we do not know are kept by readers and never written by us.

/** Column name → value as text; null for a null partition value. PROTOCOL.md, "Partition Value Serialization". */
export type PartitionValues = Readonly<Record<string, string | null>>;

/** `path` is relative to the table and URI-encoded. `stats` is JSON text (PROTOCOL.md, "Per-file Statistics"). */
export type Add = {
  readonly path: string;
  readonly partitionValues: PartitionValues;
  readonly size: number;
  readonly modificationTime: number;
  readonly dataChange: boolean;
  readonly stats?: string;
  readonly tags?: Readonly<Record<string, string>>;
};

export type Remove = {
  readonly path: string;
  readonly deletionTimestamp: number;
  readonly dataChange: boolean;
  /** Other writers may omit this field, and then promise nothing by it. */
  readonly extendedFileMetadata?: boolean;
  readonly partitionValues?: PartitionValues;
  readonly size?: number;
  readonly tags?: Readonly<Record<string, string>>;
};

export type Metadata = {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly format: { readonly provider: 'parquet'; readonly options: Readonly<Record<string, string>> };
  /** JSON text: PROTOCOL.md, "Schema Serialization Format". */
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  readonly createdTime: number;
};

export type Protocol = { readonly minReaderVersion: number; readonly minWriterVersion: number };
export type Txn = { readonly appId: string; readonly version: number; readonly lastUpdated?: number };

/**
 * Free-form: in other writers' entries, any member may be missing or have another type. `txnId` names the attempt, so that a
 * writer recognises its own entry after a lost answer. PROTOCOL.md, "Commit Provenance Information".
 */
export type CommitInfo = {
  readonly timestamp?: number;
  readonly operation?: string;
  readonly operationParameters?: Readonly<Record<string, string>>;
  readonly operationMetrics?: Readonly<Record<string, string>>;
  readonly engineInfo?: string;
  readonly txnId?: string;
  /** Ours: see commit-id.ts. */
  readonly sluice?: Seal;
};

/** `digest`: of this entry. `parent`: the id of the entry before it; null if there is none, or if it is missing. */
export type Seal = { readonly digest: string; readonly parent: string | null };

export type Action =
  | { readonly add: Add }
  | { readonly remove: Remove }
  | { readonly metaData: Metadata }
  | { readonly protocol: Protocol }
  | { readonly txn: Txn }
  | { readonly commitInfo: CommitInfo };
