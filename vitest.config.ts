import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/aws/**', 'test/bench/**'],
    // By default a core stays idle: on two of them that is half of the machine.
    maxWorkers: '100%',
    // A worker loads the modules once, not once a file: hooks of test/support stand in a function that a file calls, as `useWorld`.
    isolate: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
