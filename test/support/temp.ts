// Temporary folders, each gone with what it was made for.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** For whoever removes it with `removeTemp`. */
export const makeTemp = (): string => mkdtempSync(join(tmpdir(), 'sluice-test-'));

/** A process that was just killed, or a statement that was stopped, may still write into it: it is tried again. */
export const removeTemp = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });

/** For the test that runs, also from its `beforeEach`. */
export function testTemp(): string {
  const folder = makeTemp();
  onTestFinished(() => removeTemp(folder));
  return folder;
}

/** For all tests of a file, or of a `describe`: to be called where they stand. */
export function useTemp(): string {
  const folder = makeTemp();
  afterAll(() => removeTemp(folder));
  return folder;
}
