import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/aws/**', 'test/bench/**'],
    // More than there are cores: many tests wait for a process, a clock or a retry.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // A worker loads the modules once, not once a file: hooks of test/support stand in a function that a file calls, as `useWorld`.
    isolate: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
