// How the files of a dataset come: the captures of its path, the scope of a replacement, and deliveries. Checked together: a
// capture that nothing uses is refused.
import { captureNames } from '../core/captures.ts';
import type { DeliveryRule, Field, FieldType, Mode, Scope } from '../core/contract.ts';
import { CAPTURE, globMatcher, globProblem } from '../core/glob.ts';
import { quoted } from '../core/violation.ts';
import { globbedFields, isInKeys } from '../lake/path-values.ts';
import type { ResourceWords } from './contract-schema.ts';
import type { Place } from './place.ts';

export type Deliveries = { readonly scope?: Scope; readonly delivery?: DeliveryRule };

/** `words.path` is a glob. */
export function parseDeliveries(
  words: ResourceWords,
  mode: Mode,
  fields: readonly Field[],
  place: Place,
): Deliveries {
  const captured = parseCaptures(words.path, fields, place.at('path'));
  const scope = parseScope(words, mode, fields, captured, place.at('scope'));
  const delivery = parseDelivery(words, mode, captured, place.at('delivery'));
  const used = [
    ...fields.map(({ name }) => name),
    ...(scope?.names ?? []),
    ...(delivery?.by ?? []),
    ...captureNames(delivery?.complete ?? ''),
    ...(words.expect?.per ?? []),
  ];
  const idle = captured.find((name) => !used.includes(name));
  if (idle !== undefined)
    place
      .at('path')
      .refuse(
        `nothing uses the capture {${idle}}: name a field ${quoted(idle)}, use it in "scope", "delivery" or "expect", or write "*"`,
      );
  return { ...(scope === undefined ? {} : { scope }), ...(delivery === undefined ? {} : { delivery }) };
}

function parseCaptures(path: string, fields: readonly Field[], place: Place): string[] {
  const names = captureNames(path);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    place.refuse(`${quoted(path)} has the capture {${twice}} twice: keep one, and write "*" for the other`);
  for (const name of names) {
    const field = fields.find((candidate) => candidate.name === name);
    if (field && !isInKeys(field))
      place.refuse(
        `{${name}} gives the field ${name} its value, but a ${field.type} cannot be read from a key: use another name, or make the field a date, integer or string`,
      );
  }
  return names;
}

const UNFIT: readonly FieldType[] = ['number', 'object', 'array'];

function parseScope(
  { scope: written, path }: ResourceWords,
  mode: Mode,
  fields: readonly Field[],
  captured: readonly string[],
  place: Place,
): Scope | undefined {
  if (written === undefined) return undefined;
  if (mode !== 'replace')
    place.refuse(`a scope says what a delivery replaces: write "mode": "replace", or remove it`);
  const names = typeof written === 'string' ? [written] : written;
  const at = (i: number) => (typeof written === 'string' ? place : place.at(i));
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i) at(i).refuse(`${quoted(name)} is listed twice: remove one`);
    const field = fields.find((candidate) => candidate.name === name);
    if (field === undefined && !captured.includes(name))
      at(i).refuse(
        `${quoted(name)} is neither a field nor a capture of the path: correct it, or add it there`,
      );
    if (
      field === undefined &&
      mode === 'replace' &&
      names.some((other) => !isInPath(other, captured, path, fields))
    )
      at(i).refuse(
        `the capture {${name}} is not a field, so that it cannot be compared with the fields of rows beside it in the scope: add a field ${quoted(name)}`,
      );
    if (field && UNFIT.includes(field.type))
      at(i).refuse(
        `${name} is of type ${field.type}, which hardly separates deliveries: choose a date, integer or string`,
      );
  });
  const isFromPath = names.every((name) => isInPath(name, captured, path, fields));
  return { names, from: isFromPath ? 'path' : 'rows' };
}

function isInPath(
  name: string,
  captured: readonly string[],
  path: string,
  fields: readonly Field[],
): boolean {
  return captured.includes(name) || globbedFields({ path, fields }).includes(name);
}

function parseDelivery(
  { delivery: words, path }: ResourceWords,
  mode: Mode,
  captured: readonly string[],
  place: Place,
): DeliveryRule | undefined {
  if (words === undefined) return undefined;
  if (mode !== 'replace')
    place.refuse('a delivery replaces the one before: write "mode": "replace", or remove it');
  const by = typeof words.by === 'string' ? [words.by] : words.by;
  by.forEach((name, i) => {
    const at = typeof words.by === 'string' ? place.at('by') : place.at('by', i);
    if (by.indexOf(name) !== i) at.refuse(`${quoted(name)} is listed twice: remove one`);
    if (!captured.includes(name))
      at.refuse(`${quoted(name)} is not a capture of the path ${quoted(path)}: write {${name}} there`);
  });
  const complete = parseComplete(words.complete, by, captured, path, place.at('complete'));
  return { by, newest: words.newest ?? 'lastModified', ...(complete === undefined ? {} : { complete }) };
}

/** A key that the glob matches. */
function exampleOf(glob: string): string {
  return glob
    .replace(CAPTURE, 'x')
    .replace(/\*\*\//g, '')
    .replace(/\*+|\?/g, 'x')
    .replace(/\{([^{},]*)[^{}]*\}/g, '$1')
    .replace(/\[!?(.)[^\]]*\]/g, '$1');
}

/** The whole glob of the markers. */
function parseComplete(
  written: string | undefined,
  by: readonly string[],
  captured: readonly string[],
  path: string,
  place: Place,
): string | undefined {
  if (written === undefined) return undefined;
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  if (!written.includes('/') && /\{[^}]*\/[^{]*\}/.test(path))
    place.refuse(
      `the path has "/" within {…,…}, so that "beside" is not one folder: write the marker's whole path`,
    );
  const glob = written.includes('/') ? written : `${folder}${written}`;
  const problem = globProblem(glob);
  if (problem !== undefined) place.refuse(`${quoted(glob)}: ${problem}`);
  const own = captureNames(glob);
  const unknown = own.find((name) => !captured.includes(name));
  if (unknown !== undefined)
    place.refuse(
      `{${unknown}} is not a capture of the path ${quoted(path)}: write "*" here, or {${unknown}} there`,
    );
  const twice = own.find((name, i) => own.indexOf(name) !== i);
  if (twice !== undefined) place.refuse(`${quoted(glob)} has the capture {${twice}} twice: keep one`);
  const missing = by.find((name) => !own.includes(name));
  if (missing !== undefined)
    place.refuse(
      `${quoted(glob)} does not say of which delivery a marker is: add {${missing}}, by which deliveries are told apart`,
    );
  const data = exampleOf(path);
  if (globMatcher(glob)(data))
    place.refuse(
      `${quoted(glob)} takes data files for markers, too, such as ${quoted(data)}: name the marker alone`,
    );
  return glob;
}
