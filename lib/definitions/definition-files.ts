// Reads schemas/<package>/datapackage.json and insights/*.sql: the texts of the definitions, or why they cannot be read. All I/O
// of definitions is here; load-catalog.ts interprets the texts.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CliError, DefinitionError } from '../errors.ts';

/** `name`: the package's of a contract, the insight's of an insight. */
export type DefinitionFile = {
  readonly kind: 'contract' | 'insight';
  readonly package: string;
  readonly name: string;
  readonly file: string;
  /** Or the reason why it cannot be read. */
  readonly text: string | DefinitionError;
  /** A contract that is not there, though its package has insights. */
  readonly isAbsent?: true;
};

/** One that could be read. */
export type DefinitionText = DefinitionFile & { readonly text: string };

export function readTexts(files: readonly DefinitionFile[]): DefinitionText[] {
  return files.filter((file): file is DefinitionText => typeof file.text === 'string');
}

/**
 * Package by package, each contract before its package's insights; names in code unit order, independent of the locale.
 * Throws CliError if there is nothing to read.
 */
export async function readDefinitionFiles(folder: string): Promise<DefinitionFile[]> {
  const packages = await namesIn(folder);
  if (packages === undefined)
    throw new CliError(
      `there is no folder ${folder}: pass the folder that holds your packages as --schemas DIR, or set schemas in sluice.yaml. "npx sluice init" begins a project`,
    );
  if (packages instanceof DefinitionError) throw packages;
  const files: DefinitionFile[] = [];
  for (const name of packages) files.push(...(await readPackage(folder, name)));
  if (files.length === 0)
    throw new CliError(
      `no <package>/datapackage.json is in ${folder}: pass the folder that holds your packages as --schemas DIR, or set schemas in sluice.yaml`,
    );
  return files;
}

/**
 * The same for what needs no definitions: [] where there is nothing to read. A folder that cannot be read is a wrong
 * definition, which may define anything.
 */
export async function findDefinitionFiles(folder: string): Promise<DefinitionFile[]> {
  try {
    return await readDefinitionFiles(folder);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (!(error instanceof DefinitionError)) return [];
    return [{ kind: 'contract', package: folder, name: folder, file: folder, text: error }];
  }
}

async function readPackage(folder: string, name: string): Promise<DefinitionFile[]> {
  const file = join(folder, name, 'datapackage.json');
  const insights = join(folder, name, 'insights');
  const text = await textOf(file);
  const names = (await namesIn(insights)) ?? [];
  const contract = (text: string | DefinitionError) => ({
    kind: 'contract' as const,
    package: name,
    name,
    file,
    text,
  });
  if (names instanceof DefinitionError)
    return [...(text === undefined ? [] : [contract(text)]), contract(names)];
  const files: DefinitionFile[] = [];
  for (const entry of names.filter((entry) => entry.endsWith('.sql'))) {
    const path = join(insights, entry);
    const text =
      (await textOf(path)) ?? new DefinitionError(path, '', 'the file is a broken link: remove it');
    files.push({ kind: 'insight', package: name, name: basename(entry, '.sql'), file: path, text });
  }
  if (text !== undefined) return [contract(text), ...files];
  if (files.length === 0) return [];
  const missing = "the file is missing: insights need their package's contract";
  return [{ ...contract(new DefinitionError(file, '', missing)), isAbsent: true }, ...files];
}

/** Undefined if the folder does not exist. */
async function namesIn(folder: string): Promise<string[] | DefinitionError | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    return isAbsent(error) ? undefined : unreadable(folder, error);
  }
}

/** Undefined if the file does not exist. Pipes are not opened: that would wait for a writer. */
async function textOf(file: string): Promise<string | DefinitionError | undefined> {
  try {
    if ((await stat(file)).isFile()) return textIn(file, await readFile(file));
    return new DefinitionError(file, '', 'it is a folder, a pipe or a device, not a file: move it away');
  } catch (error) {
    return isAbsent(error) ? undefined : unreadable(file, error);
  }
}

/** Invalid UTF-8 would silently change names and values. */
function textIn(file: string, bytes: Buffer): string | DefinitionError {
  const text = bytes.toString('utf8');
  const written = Buffer.from(text);
  if (written.equals(bytes)) return text;
  const at = bytes.findIndex((byte, i) => byte !== written[i]);
  const line = bytes.subarray(0, at).reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 1);
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const problem = `the byte 0x${byte} is not UTF-8: save the file as UTF-8 text`;
  return new DefinitionError(file, `line ${line}`, problem);
}

function unreadable(path: string, error: unknown): DefinitionError {
  const reason = error instanceof Error ? error.message : String(error);
  return new DefinitionError(
    path,
    '',
    `it cannot be read (${reason}): grant the current user read permission`,
    {
      cause: error,
    },
  );
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
