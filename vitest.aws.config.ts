// The suites that need AWS, on each target that is wanted, one after the other.
import { defineConfig } from 'vitest/config';
import { wantedTargets } from './localstack/targets.ts';

const EMULATED_MS = 300_000;
/** AWS's own queues and functions take their time, and so does CloudFormation. */
const REAL_MS = 1_800_000;

export default defineConfig({
  test: {
    projects: wantedTargets(process.env).map((kind, index) => ({
      test: {
        name: kind,
        include: ['test/aws/**/*.test.ts'],
        globalSetup: ['test/aws/target-setup.ts'],
        fileParallelism: false,
        sequence: { groupOrder: index },
        testTimeout: kind === 'aws' ? REAL_MS : EMULATED_MS,
        hookTimeout: kind === 'aws' ? REAL_MS : EMULATED_MS,
      },
    })),
  },
});
