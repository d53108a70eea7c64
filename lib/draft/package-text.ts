// A package's text with drafted resources: written anew, or put at the end of its list, with every other character as it is. Pure.
import type { ResourceWords } from '../definitions/contract-schema.ts';

/** The part of a resource that draft writes, in the order in which people read it. */
export type ResourceDraft = Partial<ResourceWords> & Pick<ResourceWords, 'name' | 'path' | 'schema'>;

export function packageText(name: string, resources: readonly ResourceDraft[]): string {
  const items = resources.map((resource) => indented(resourceText(resource), 4)).join(',\n');
  return `{\n  "name": ${JSON.stringify(name)},\n  "resources": [\n${items}\n  ]\n}\n`;
}

/** A field on one line, if it is not too long. */
const MAX_LINE = 110;

export function resourceText(resource: ResourceDraft): string {
  return jsonText(resource, 0);
}

function jsonText(value: unknown, depth: number): string {
  const line = oneLine(value);
  const isSmall = depth > 0 && line.length + 2 * depth <= MAX_LINE;
  if (value === null || typeof value !== 'object' || isSmall) return line;
  const pad = ' '.repeat(2 * depth + 2);
  const end = ' '.repeat(2 * depth);
  if (Array.isArray(value))
    return `[\n${value.map((item) => `${pad}${jsonText(item, depth + 1)}`).join(',\n')}\n${end}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${pad}${JSON.stringify(name)}: ${jsonText(member, depth + 1)}`,
  );
  return `{\n${members.join(',\n')}\n${end}}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${oneLine(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function indented(text: string, spaces: number): string {
  return text.replace(/^/gm, ' '.repeat(spaces));
}

/** `text`: a sound contract, which has at least one resource. Undefined if its list is not found. */
export function withResources(text: string, resources: readonly ResourceDraft[]): string | undefined {
  const end = endOfResources(text);
  if (end === undefined) return undefined;
  const before = text.slice(0, end).trimEnd();
  const items = resources.map((resource) => indented(resourceText(resource), 4)).join(',\n');
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  return `${before},\n${items}\n  ${text.slice(end)}`.replace(/\r?\n/g, lineEnd);
}

/** The position of the `]` that ends the package's resources: the list of the member of that name at the top. */
function endOfResources(text: string): number | undefined {
  let depth = 0;
  let name = '';
  let isInList = false;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token.startsWith('"')) {
      if (depth === 1 && /^\s*:/.test(text.slice(index + token.length))) name = JSON.parse(token) as string;
    } else if (token === '[' || token === '{') {
      depth += 1;
      if (depth === 2 && token === '[' && name === 'resources') isInList = true;
    } else {
      if (depth === 2 && token === ']' && isInList) return index;
      depth -= 1;
    }
  }
  return undefined;
}
