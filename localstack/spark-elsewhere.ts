// A synthesised template for an emulator that has no EMR Serverless: the application is taken out, what speaks of it names one that a
// server of our own answers for, and the functions are told where it is.
import { readFile, writeFile } from 'node:fs/promises';
import type { Template } from './without-functions.ts';

const APPLICATION = 'AWS::EMRServerless::Application';
/** As AWS's ids are written. */
export const APPLICATION_ID = '00emulated';
const ATTRIBUTES: Readonly<Record<string, string>> = {
  ApplicationId: APPLICATION_ID,
  Arn: `arn:aws:emr-serverless:us-east-1:000000000000:/applications/${APPLICATION_ID}`,
};

/** Rewrites the template in that file. */
export async function sparkElsewhere(file: string, endpoint: string): Promise<void> {
  const template = JSON.parse(await readFile(file, 'utf8')) as Template;
  await writeFile(file, JSON.stringify(withSparkElsewhere(template, endpoint)));
}

export function withSparkElsewhere(template: Template, endpoint: string): Template {
  const gone = new Set(
    Object.entries(template.Resources).flatMap(([id, { Type }]) => (Type === APPLICATION ? id : [])),
  );
  const rest = Object.entries(template.Resources).filter(([id]) => !gone.has(id));
  const Resources = Object.fromEntries(
    rest.map(([id, resource]) => [id, told(named(resource, gone) as Resource, endpoint)]),
  );
  return { ...template, Resources };
}

type Resource = Template['Resources'][string] & {
  readonly Properties?: { readonly Environment?: { readonly Variables: Record<string, unknown> } };
};

function told(resource: Resource, endpoint: string): Resource {
  const { Properties } = resource;
  const Variables = Properties?.Environment?.Variables;
  if (resource.Type !== 'AWS::Lambda::Function' || Variables?.SLUICE_SPARK_APPLICATION === undefined)
    return resource;
  const Environment = { Variables: { ...Variables, AWS_ENDPOINT_URL_EMR_SERVERLESS: endpoint } };
  return { ...resource, Properties: { ...Properties, Environment } } as Resource;
}

/** References to what is gone as texts. */
function named(value: unknown, gone: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => named(item, gone));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::GetAtt': attribute } = value as Record<string, unknown>;
  if (typeof Ref === 'string' && gone.has(Ref)) return APPLICATION_ID;
  if (Array.isArray(attribute) && gone.has(String(attribute[0]))) return ATTRIBUTES[String(attribute[1])];
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, named(inner, gone)]));
}
