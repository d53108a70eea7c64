// Makes the lake and its page once for all files of the suite.
import type { TestProject } from 'vitest/node';
import { PageLake } from './page-lake.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    pageLake: string;
  }
}

export default function setup(project: TestProject): () => void {
  const lake = PageLake.make();
  lake.sluice('page', '--out', lake.site);
  project.provide('pageLake', lake.folder);
  return () => lake.remove();
}
