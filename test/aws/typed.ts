// The command line against an emulator, as users start it.
import { startSluice } from '../cli/harness.ts';
import { testTemp } from '../support/temp.ts';

export async function run(...args: string[]) {
  const { code, out, err } = await startSluice(args, testTemp()).ended;
  return { code, out, err };
}
