// Whoever pours a source into a file waits for both: also where the file cannot be written while the source is busy.
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createGunzip, createGzip, gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { pour } from '../../lib/ingest/pour.ts';
import { textBytes } from '../../lib/ingest/source-bytes.ts';
import { testTemp } from '../support/temp.ts';

/** Yields `count` pieces, and is busy for a while before each. */
function busySource(count: number) {
  const state = { began: false, isBusy: false, ended: false };
  async function* source() {
    state.began = true;
    try {
      for (let i = 0; i < count; i++) {
        state.isBusy = true;
        await setTimeout(30);
        state.isBusy = false;
        yield `${i}\n`;
      }
    } finally {
      state.ended = true;
    }
  }
  return { state, source };
}

it('writes all of it, through what lies between', async () => {
  const path = join(testTemp(), 'a.gz');
  await pour(busySource(3).source(), createGzip(), createWriteStream(path));
  expect(gunzipSync(await readFile(path)).toString()).toBe('0\n1\n2\n');
});

it('where the file cannot be made, ends when the source is no longer busy', async () => {
  const { state, source } = busySource(100);
  const path = join(testTemp(), 'absent', 'a');
  await expect(pour(source(), createWriteStream(path))).rejects.toThrow('ENOENT');
  expect(state).toEqual({ began: true, isBusy: false, ended: true });
});

it('where the source fails, rejects with its error', async () => {
  const path = join(testTemp(), 'a');
  async function* fails() {
    yield 'a';
    throw new Error('no more');
  }
  await expect(pour(fails(), createWriteStream(path))).rejects.toThrow('no more');
});

it('a source that nobody asked is not waited for', async () => {
  const { state, source } = busySource(1);
  const sink = createGunzip();
  sink.destroy(new Error('gone'));
  await expect(pour(source(), sink)).rejects.toThrow();
  await setTimeout(60);
  expect(state.isBusy).toBe(false);
});

it('an archive that is left early closes its file', async () => {
  const path = join(testTemp(), 'a.csv.gz');
  const { writeFile, readdir, readlink } = await import('node:fs/promises');
  await writeFile(path, gzipSync(Buffer.alloc(20_000_000, 'x,y\n')));
  for await (const chunk of textBytes(path, 'utf-8')) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  const open = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  expect(open).not.toContain(path);
});
