import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Of minutes: if one began last, all others would have ended long before it. */
const LONG = /\/(partition-joins|docs-commands|determinism|equal-values|crash|package|waits)\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/aws/**', 'test/bench/**'],
    // More than there are cores: many tests wait for a process, a clock or a retry.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // A worker loads the modules once, not once a file: hooks of test/support stand in a function that a file calls, as `useWorld`.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
