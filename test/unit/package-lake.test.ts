// What programs get: locations that do not belong together are refused as on the command line, before anything is read or written.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { UsageError } from '../../lib/errors.ts';
import { openLake } from '../../lib/package/lake.ts';
import { testTemp } from '../support/temp.ts';

it.each([
  ['lake', 'landing'],
  ['landing', 'lake'],
] as const)(
  'a %s in S3 does not go with the default of %s, which is the local one',
  async (chosen, other) => {
    const folder = testTemp();
    writeFileSync(join(folder, 'sluice.yaml'), '');
    mkdirSync(join(folder, '.lake/landing'), { recursive: true });
    mkdirSync(join(folder, '.lake/lake'));
    const place = 's3://a-bucket-of-nobody/x';
    const lake = await openLake({ folder, schemas: resolve('schemas'), [chosen]: place });
    try {
      const uses = [lake.sync(), lake.status(), lake.certify(), lake.plan(), lake.rejects()];
      for (const found of await Promise.allSettled(uses)) {
        const { reason } = found as PromiseRejectedResult;
        expect(reason).toBeInstanceOf(UsageError);
        expect(reason.message).toBe(
          `${chosen} is ${place}, so pass ${other} as well, or set ${other} in sluice.yaml: its default, ${join(folder, '.lake', other)}, belongs to the local lake.`,
        );
      }
    } finally {
      await lake.close();
    }
  },
);
