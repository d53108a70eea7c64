// Whatever the bytes, a file ends as rows and refused rows that add up, or as a rejection with its reason: no exception, which
// would be the same at every sync, for ever. Of any format, packing and encoding, under a contract with every type.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convertSource } from '../../lib/ingest/convert.ts';
import { content, packing, rubbishContract, words } from '../support/rubbish.ts';
import { tries } from '../support/tries.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();

let files = 0;
test('each file is accepted or rejected, and its records add up', async () => {
  const outcomes = { accepted: 0, rejected: 0, rows: 0 };
  await fc.assert(
    fc.asyncProperty(
      words,
      content,
      packing,
      fc.boolean(),
      async (one, bytes, { extension, pack }, inPath) => {
        const scratch = join(world.scratch, `rubbish-${++files}`);
        await mkdir(scratch);
        const path = join(scratch, `source.${one.format}${extension}`);
        await writeFile(path, pack(bytes));
        const key = `${inPath ? 'm=2024/' : ''}x.${one.format}${extension}`;
        const found = await world.sql.session(
          (session) => convertSource(session, { dataset: rubbishContract(one), key, path, scratch }, {}),
          'light',
        );
        outcomes[found.outcome] += 1;
        outcomes.rows += found.rows ?? 0;
        if (found.outcome === 'rejected') expect(found.violation.message).not.toBe('');
        else expect(found.acceptedRows + (found.quarantine?.rows ?? 0)).toBe(found.rows);
        await rm(scratch, { recursive: true });
      },
    ),
    tries(200),
  );
  // The rubbish is not all of one kind.
  expect(Math.min(outcomes.accepted, outcomes.rejected)).toBeGreaterThan(20);
  expect(outcomes.rows).toBeGreaterThan(30);
});
