// Opens the target that the project is named for, and closes it after the project's last test.
import type { TestProject } from 'vitest/node';
import { openTarget, type Target, type TargetKind } from '../../localstack/targets.ts';

declare module 'vitest' {
  interface ProvidedContext {
    target: Target;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { target, close } = await openTarget(project.name as TargetKind, process.env);
  project.provide('target', target);
  return close;
}
