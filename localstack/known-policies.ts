// A synthesised template for LocalStack 4.14, which does not know RetainExceptOnCreate and deletes such a bucket with all that is
// in it: there it says Retain, which keeps as much.
import { readFile, writeFile } from 'node:fs/promises';
import type { Template } from './without-functions.ts';

/** Rewrites the template in that file. */
export async function sayKnownPolicies(file: string): Promise<void> {
  const template = JSON.parse(await readFile(file, 'utf8')) as Template;
  await writeFile(file, JSON.stringify(withKnownPolicies(template)));
}

export function withKnownPolicies(template: Template): Template {
  const known = Object.entries(template.Resources).map(([id, resource]) => [
    id,
    resource.DeletionPolicy === 'RetainExceptOnCreate' ? { ...resource, DeletionPolicy: 'Retain' } : resource,
  ]);
  return { ...template, Resources: Object.fromEntries(known) };
}
