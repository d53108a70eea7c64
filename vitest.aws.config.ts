// The suites that need AWS, each on every emulator that is wanted, one emulator after the other.
import { defineConfig } from 'vitest/config';
import { wantedEmulators } from './localstack/emulators.ts';

export default defineConfig({
  test: {
    projects: wantedEmulators(process.env).map((kind, index) => ({
      test: {
        name: kind,
        include: ['test/aws/**/*.test.ts'],
        globalSetup: ['test/aws/emulator-setup.ts'],
        fileParallelism: false,
        sequence: { groupOrder: index },
        testTimeout: 120_000,
        hookTimeout: 120_000,
      },
    })),
  },
});
