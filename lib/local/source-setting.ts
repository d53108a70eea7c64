// The largest source file on this machine, if set by a person: by default the disk decides (lib/ingest/size-limit.ts).

import { UsageError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';

const VARIABLE = 'SLUICE_MAX_SOURCE_BYTES';

/** Throws UsageError on anything but a whole number. */
export function sourceSetting(environment = process.env): Pick<Effects, 'maxSourceBytes'> {
  const text = environment[VARIABLE] ?? '';
  if (text === '') return {};
  if (/^[1-9]\d{0,15}$/.test(text)) return { maxSourceBytes: Number(text) };
  throw new UsageError(`$${VARIABLE} is ${JSON.stringify(text)}: write a whole number of bytes, or unset it`);
}
