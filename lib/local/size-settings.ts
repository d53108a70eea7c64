// Sizes on this machine, if set by a person: by default the disk decides about the largest source file (lib/ingest/size-limit.ts).

import { UsageError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';

const LARGEST_SOURCE = 'SLUICE_MAX_SOURCE_BYTES';
const LARGEST_PARTITION = 'SLUICE_MAX_PARTITION_BYTES';
const BLOCK = 'SLUICE_BLOCK_BYTES';

/** Throws UsageError on anything but a whole number. */
export function sizeSettings(
  environment = process.env,
): Pick<Effects, 'maxSourceBytes' | 'maxPartitionBytes'> {
  const maxSourceBytes = bytes(LARGEST_SOURCE, environment);
  const maxPartitionBytes = bytes(LARGEST_PARTITION, environment);
  return {
    ...(maxSourceBytes === undefined ? {} : { maxSourceBytes }),
    ...(maxPartitionBytes === undefined ? {} : { maxPartitionBytes }),
  };
}

/** Of the blocks that a job reads a source file in. Throws as sizeSettings. */
export function blockSetting(environment = process.env): { readonly blockBytes?: number } {
  const blockBytes = bytes(BLOCK, environment);
  return blockBytes === undefined ? {} : { blockBytes };
}

function bytes(name: string, environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment[name] ?? '';
  if (text === '') return undefined;
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  throw new UsageError(`$${name} is ${JSON.stringify(text)}: write a whole number of bytes, or unset it`);
}
