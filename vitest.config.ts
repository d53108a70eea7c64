import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/aws/**', 'test/bench/**'],
    // By default a core stays idle: on two of them that is half of the machine.
    maxWorkers: '100%',
    // Two processes load the modules once each, in place of one process a file: hooks and state belong into a function that a file
    // calls, as `useWorld` is.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
