// How large a source file may be on this machine, where somebody says so: by default its disk decides (lib/ingest/size-limit.ts).

import { UsageError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';

const VARIABLE = 'SLUICE_MAX_SOURCE_BYTES';

/** Throws UsageError on what is no whole number. */
export function sourceSetting(environment = process.env): Pick<Effects, 'maxSourceBytes'> {
  const text = environment[VARIABLE] ?? '';
  if (text === '') return {};
  if (/^[1-9]\d{0,15}$/.test(text)) return { maxSourceBytes: Number(text) };
  throw new UsageError(`$${VARIABLE} is ${JSON.stringify(text)}: write a whole number of bytes, or unset it`);
}
