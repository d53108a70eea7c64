// The data files that jobs have written and nobody has committed yet: whoever sweeps a table leaves them alone.
import { objectKey } from '../delta/partitions.ts';
import { quarantineKey } from '../lake/layout.ts';
import type { ObjectStore } from '../ports.ts';
import { JobFolder, jobNames } from './job-folder.ts';

/** Their keys in the lake, as far as tasks have told of them. A file that none has told of is younger than its task. */
export async function uncommittedFiles(lake: ObjectStore): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const name of await jobNames(lake)) {
    const folder = new JobFolder(lake, name);
    const plan = await folder.plan();
    if (plan === undefined) continue;
    for await (const result of folder.run(plan.run).allResults<Written>()) {
      const { files = [], file } = result;
      for (const one of [...files, ...(file === undefined ? [] : [file])])
        if (typeof one.path === 'string') keys.add(objectKey(plan.work.table, one.path));
    }
  }
  return keys;
}

/** Of tasks that write data files; others have files of the job, which have no path. */
type Written = {
  readonly files?: readonly { readonly path?: string }[];
  readonly file?: { readonly path?: string };
};

/** The keys of the quarantine files that jobs of source files write before their reports are there. */
export async function uncommittedQuarantine(lake: ObjectStore): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const name of await jobNames(lake)) {
    const work = (await new JobFolder(lake, name).plan())?.work;
    if (work?.kind !== 'source') continue;
    const { dataset, contract, version } = work;
    keys.add(quarantineKey(dataset, { source: version.key, etag: version.etag, contract }));
  }
  return keys;
}
