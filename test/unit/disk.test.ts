// Folders are synced for all who wrote into them meanwhile, and never too early for one of them.
import { expect, test } from 'vitest';
import { Disk } from '../../lib/adapters/disk.ts';

/** Each sync ends when it is let go. */
class SlowDisk extends Disk {
  readonly begun: { readonly path: string; end(error?: Error): void }[] = [];

  override sync(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.begun.push({ path, end: (error) => (error ? reject(error) : resolve()) });
    });
  }
}

const rest = () => new Promise((resolve) => setImmediate(resolve));

test('whoever asks while a folder is synced shares the next sync, which begins afterwards', async () => {
  const disk = new SlowDisk(true);
  const done: string[] = [];
  const ask = (name: string) => disk.syncFolder('a').then(() => done.push(name));
  const first = ask('first');
  const others = [ask('second'), ask('third')];
  await rest();
  expect(disk.begun).toHaveLength(1);
  disk.begun[0]?.end();
  await first;
  await rest();
  expect(disk.begun).toHaveLength(2);
  expect(done).toEqual(['first']);
  const last = ask('last');
  disk.begun[1]?.end();
  await Promise.all(others);
  await rest();
  expect(disk.begun).toHaveLength(3);
  disk.begun[2]?.end();
  await last;
  expect(done).toEqual(['first', 'second', 'third', 'last']);
});

test('a sync that fails fails for those who waited for it, and for no others', async () => {
  const disk = new SlowDisk(true);
  const first = disk.syncFolder('a');
  const second = disk.syncFolder('a');
  const elsewhere = disk.syncFolder('b');
  disk.begun[0]?.end(new Error('no space'));
  disk.begun[1]?.end();
  await expect(first).rejects.toThrow('no space');
  await elsewhere;
  await rest();
  expect(disk.begun.map(({ path }) => path)).toEqual(['a', 'b', 'a']);
  disk.begun[2]?.end();
  await second;
});
