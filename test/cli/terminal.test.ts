// The streams of the process itself: a disk that is full, a reader that is gone.
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { stateFolder } from '../../lib/cli/terminal.ts';
import { testTemp } from '../support/temp.ts';
import { startSluice } from './harness.ts';

const BIN = resolve('bin/sluice.mjs');

describe('standard output', () => {
  it('that cannot be written is a fault with a sentence', async () => {
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [BIN, '--help'], { stdio: ['ignore', full.fd, 'pipe'] });
    const [said, code] = await Promise.all([
      text(child.stderr as NonNullable<typeof child.stderr>),
      new Promise((done) => child.on('close', done)),
    ]);
    await full.close();
    expect({ code, said }).toEqual({
      code: 1,
      said: 'standard output cannot be written (ENOSPC: no space left on device, write): free some space there, or redirect it elsewhere.\n',
    });
  });

  it('whose reader is gone at once ends quietly', async () => {
    const running = startSluice(['--help'], testTemp());
    running.process.stdout?.destroy();
    expect(await running.ended).toMatchObject({ code: 0, err: '' });
  });
});

it("the user's state folder is XDG's, or the system's own", () => {
  expect(stateFolder({ XDG_STATE_HOME: '/state', HOME: '/home/a' }, 'linux')).toBe('/state');
  expect(stateFolder({ XDG_STATE_HOME: 'relative', HOME: '/home/a' }, 'linux')).toBe('/home/a/.local/state');
  expect(stateFolder({ XDG_STATE_HOME: '', HOME: '/home/a' }, 'darwin')).toBe('/home/a/.local/state');
  expect(stateFolder({ LOCALAPPDATA: 'C:\\Users\\a', HOME: '/home/a' }, 'win32')).toBe('C:\\Users\\a');
  expect(stateFolder({}, 'linux')).toBeUndefined();
});
