// What the page says first: how many of each thing, and what is wrong, the gravest first.
import type { LakeStatus } from '../inspect/lake-status.ts';
import type { Fault, Summary } from './documents.ts';
import type { Writing } from './writing.ts';

export function summaryOf(_status: LakeStatus): Summary {
  return {
    files: 0,
    waiting: 0,
    late: 0,
    rejected: 0,
    refusedRows: 0,
    stalePartitions: 0,
    behindPartitions: 0,
  };
}

export function faultsOf(_writing: Writing): Fault[] {
  return [];
}
