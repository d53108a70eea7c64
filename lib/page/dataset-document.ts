// The document of one dataset: its contract in words, its lists of files, what was refused, its versions.
import type { Dataset } from '../core/contract.ts';
import type { VersionHistory } from '../inspect/history.ts';
import { contractText } from './contract-text.ts';
import type { DatasetDocument, FileList } from './dataset-documents.ts';
import type { Ref } from './page-values.ts';
import { type Refusal, refusedSummary, type WithDocument } from './refused.ts';
import { versionRows } from './version-rows.ts';
import type { Writing } from './writing.ts';

const MAX_VERSIONS = 100;

export type DatasetParts = {
  readonly lists: readonly FileList[];
  /** The newest first. */
  readonly history: readonly VersionHistory[];
  readonly all: readonly Refusal[];
  /** The newest of `all`. */
  readonly refused: readonly WithDocument[];
};

/** The contract is plain data, and the reports are named by their digests: neither is read to know whether something changed. */
export function datasetDocument(
  writing: Writing,
  dataset: Dataset,
  { lists, history, all, refused }: DatasetParts,
): Promise<Ref<DatasetDocument>> {
  const { file: _, ...contract } = dataset;
  const { name, package: inPackage } = contract;
  const description = contract.description ?? null;
  const versions = versionRows(history, MAX_VERSIONS);
  const open = refused.map(({ refused, settled }) => [refused, settled]);
  const basis = { contract, lists, versions, open, refusals: all.length };
  return writing.site.document('dataset', basis, async () => ({
    name,
    package: inPackage,
    description,
    contract: await contractText(writing.effects, dataset),
    lists,
    refused: await refusedSummary(writing, dataset, all, refused),
    ...versions,
  }));
}
