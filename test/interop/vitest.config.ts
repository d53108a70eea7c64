import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/interop/**/*.interop.ts'],
    // The tests are stages of one lake's life.
    bail: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
