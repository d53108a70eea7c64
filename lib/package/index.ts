// What programs import as `sluice`: a lake's use cases, with the results that the command line prints as JSON.

export { CliError, CorruptionError, DefinitionError, UsageError } from '../errors.ts';
export type { Certificate } from '../inspect/certify-lake.ts';
export type { CountedPlan } from '../inspect/count-plan.ts';
export type { VersionHistory } from '../inspect/history.ts';
export type { LakeStatus } from '../inspect/lake-status.ts';
export type { Receipt } from '../inspect/receipt.ts';
export type { SourceRejects } from '../inspect/rejects.ts';
export type { SyncResult } from '../local/sync-lake.ts';
export { type ValidateOptions, type Validation, validateFile } from '../local/validate-file.ts';
export { type Log, type Row, SqlError } from '../ports.ts';
export { Lake, type LakeOptions, openLake, type SyncChoice, type TableChoice } from './lake.ts';
