// A synthesised stack for assertions, without a bundle: what the functions' code holds is another test's affair.
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type Definitions, loadDefinitions } from '../../lib/stacks/definitions.ts';
import type { SluiceProps } from '../../lib/stacks/sluice-props.ts';
import { SluiceStack } from '../../lib/stacks/sluice-stack.ts';

let definitions: Promise<Definitions> | undefined;

export function appWithoutBundles(): App {
  return new App({ context: { 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false });
}

export function shippedDefinitions(): Promise<Definitions> {
  definitions ??= loadDefinitions('schemas');
  return definitions;
}

export async function stackOf(app: App, props: Partial<SluiceProps> = {}): Promise<Stack> {
  const stage = props.stage ?? 'test';
  return new SluiceStack(app, `Sluice-${stage}`, {
    stage,
    definitions: await shippedDefinitions(),
    ...props,
  });
}

export type Resource = {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
};

export type Synthesised = {
  readonly template: Template;
  readonly resources: ReadonlyMap<string, Resource>;
  /** The ids and resources of one type. */
  ofType(type: string): [string, Resource][];
};

export async function synthesised(props: Partial<SluiceProps> = {}): Promise<Synthesised> {
  const template = Template.fromStack(await stackOf(appWithoutBundles(), props));
  return { template, resources: resourcesOf(template), ofType: ofTypeIn(template) };
}

export function ofTypeIn(template: Template): Synthesised['ofType'] {
  const resources = resourcesOf(template);
  return (type) => [...resources].filter(([, resource]) => resource.Type === type);
}

function resourcesOf(template: Template): ReadonlyMap<string, Resource> {
  return new Map(Object.entries(template.toJSON().Resources as Record<string, Resource>));
}

/** References as `<Name>` and `<Name.Attribute>`, without CDK's hashes: `arn:<AWS::Partition>:s3:::x`. A part of one is as the whole. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join, ...others } = value as Record<string, unknown>;
  const { 'Fn::Select': part, 'Fn::Split': split, 'Fn::Sub': text } = others;
  if (typeof text === 'string') return text.replace(/\$\{([^}]+)\}/g, '<$1>');
  if (Array.isArray(part)) return readable(part[1]);
  if (Array.isArray(split)) return readable(split[1]);
  if (typeof Ref === 'string') return `<${short(Ref)}>`;
  if (Array.isArray(attribute)) return `<${short(String(attribute[0]))}.${attribute[1]}>`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(readable).join(String(join[0]));
  return Object.fromEntries(Object.entries(others).map(([name, inner]) => [name, readable(inner)]));
}

function short(logicalId: string): string {
  return logicalId.replace(/^Sluice/, '').replace(/[0-9A-F]{8}$/, '');
}

/** As `readable` writes them. */
export const LANDING = 'arn:<AWS::Partition>:s3:::sluice-test-landing-<AWS::AccountId>-<AWS::StackId>';
export const LAKE = '<BucketsLake.Arn>';

export type Statement = Record<string, unknown> & { readonly Action: unknown; readonly Resource: unknown };

export function statementsOf(resource: Resource): Statement[] {
  const { Policies: policies = [], PolicyDocument: document } = resource.Properties as {
    Policies?: { PolicyDocument: { Statement: Statement[] } }[];
    PolicyDocument?: { Statement: Statement[] };
  };
  const own = document ? [document] : policies.map(({ PolicyDocument }) => PolicyDocument);
  return own.flatMap(({ Statement }) => readable(Statement) as Statement[]);
}

/** `action` → resources, of the role whose id holds `name`. */
export function grants(stack: Pick<Synthesised, 'ofType'>, name: string): Record<string, string[]> {
  const [role] = stack.ofType('AWS::IAM::Role').filter(([id]) => id.includes(name));
  const granted: Record<string, string[]> = {};
  for (const { Effect, Action, Resource } of role ? statementsOf(role[1]) : []) {
    if (Effect !== 'Allow') throw new Error(`${name}: ${String(Effect)}`);
    for (const action of [Action].flat() as string[])
      granted[action] = [...(granted[action] ?? []), ...([Resource].flat() as string[])].sort();
  }
  return granted;
}
