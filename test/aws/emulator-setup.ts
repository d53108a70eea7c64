// Starts the emulator that the project is named for, on a free port, and stops it after the project's last test.
import type { TestProject } from 'vitest/node';
import { type EmulatorBrand, type EmulatorKind, startEmulator } from '../../localstack/emulators.ts';

declare module 'vitest' {
  interface ProvidedContext {
    emulator: { readonly brand: EmulatorBrand; readonly endpoint: string };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { brand, endpoint, stop } = await startEmulator(project.name as EmulatorKind);
  project.provide('emulator', { brand, endpoint });
  return stop;
}
