// A synthesised template without its functions, for an emulator that runs none: buckets, queues, notifications, roles and
// alarms stay as they are.
import { readFile, writeFile } from 'node:fs/promises';

type Resource = { readonly Type: string; readonly DeletionPolicy?: string; DependsOn?: string | string[] };
export type Template = {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, unknown>;
};

const FUNCTIONS = /^(?:AWS::Lambda::|Custom::|AWS::CloudFormation::CustomResource$)/;

/** Rewrites the template in that file. */
export async function takeFunctionsOut(file: string): Promise<void> {
  const template = JSON.parse(await readFile(file, 'utf8')) as Template;
  await writeFile(file, JSON.stringify(withoutFunctions(template)));
}

/** Without functions, and without what speaks of them: mappings, schedules, alarms, outputs. What merely waits for one waits no more. */
export function withoutFunctions(template: Template): Template {
  const gone = new Set<string>();
  for (let before = -1; before < gone.size; ) {
    before = gone.size;
    for (const [id, { DependsOn: _, ...resource }] of Object.entries(template.Resources))
      if (FUNCTIONS.test(resource.Type) || speaksOf(gone, resource)) gone.add(id);
  }
  const stays = ([id]: [string, unknown]) => !gone.has(id);
  const Resources = Object.fromEntries(
    Object.entries(template.Resources)
      .filter(stays)
      .map(([id, resource]) => [id, waitingFor(resource, gone)]),
  );
  const Outputs = Object.fromEntries(
    Object.entries(template.Outputs ?? {}).filter(([, output]) => !speaksOf(gone, output)),
  );
  return { ...template, Resources, Outputs };
}

function waitingFor({ DependsOn = [], ...resource }: Resource, gone: ReadonlySet<string>): Resource {
  const left = [DependsOn].flat().filter((id) => !gone.has(id));
  return left.length === 0 ? resource : { ...resource, DependsOn: left };
}

/** By Ref, by Fn::GetAtt in either form, or in the text of an Fn::Sub. */
function speaksOf(gone: ReadonlySet<string>, value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => speaksOf(gone, item));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, content]) => {
    if (name === 'Ref') return gone.has(String(content));
    if (name === 'Fn::GetAtt') return gone.has(String([content].flat()[0]).split('.')[0] ?? '');
    if (name === 'Fn::Sub')
      return [...JSON.stringify(content).matchAll(/\$\{([^.}]+)/g)].some(([, id = '']) => gone.has(id));
    return speaksOf(gone, content);
  });
}
