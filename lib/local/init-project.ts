// A project of one's own: copies the template's files into a folder, and never over a file that is there.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileError } from '../adapters/file-error.ts';
import { type OwnPackage, ownPackage } from '../adapters/own-package.ts';
import { mapInParallel } from '../in-parallel.ts';
import { isFolder } from './folders.ts';

export type InitOptions = {
  /** Adds a CDK app and a workflow that deploys it. */
  readonly aws: boolean;
};

/** Paths relative to the project's folder, in order. */
export type InitResult = {
  readonly created: readonly string[];
  /** They were there, and are as they were. */
  readonly kept: readonly string[];
  /** What a package.json that was there lacks, as arguments of `npm install`. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
};

/** Pinned, as this package is tested with them. */
const OF_THE_CDK = ['aws-cdk', 'aws-cdk-lib', 'constructs', 'tsx'];

/** The folder is made if it is missing. Throws CliError where a file cannot be written. */
export async function initProject(folder: string, { aws }: InitOptions): Promise<InitResult> {
  const own = await readOwn();
  const values = { project: projectName(folder), package: own.name };
  const tools = aws ? OF_THE_CDK.map((name) => [name, own.devDependencies[name] ?? ''] as const) : [];
  // With contracts of its own a project needs no example, whose files it would take.
  const skipsExample = await isFolder(join(folder, 'schemas'));
  const files = (await templateFiles(own.folder, 'project')).filter(
    ({ path }) => !skipsExample || !path.startsWith('schemas/'),
  );
  if (aws) {
    files.push(...(await templateFiles(own.folder, 'aws')));
    files.push({ path: 'cdk.json', text: cdkJson(await readFile(join(own.folder, 'cdk.json'), 'utf8')) });
  }
  const created: string[] = [];
  const kept: string[] = [];
  for (const { path, text } of files.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const filled = filledIn(text, values);
    const written = path === 'package.json' ? withDependencies(filled, own, tools) : filled;
    ((await create(join(folder, path), written)) ? created : kept).push(path);
  }
  const present = await dependenciesIn(join(folder, 'package.json'));
  const absent = ([name]: readonly [string, string]) => !present.has(name);
  const spec = ([name, version]: readonly [string, string]) => `${name}@${version}`;
  const tarball = ([name, version]: readonly [string, string]) =>
    `./${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
  return {
    created,
    kept,
    dependencies: [[own.name, own.version] as const].filter(absent).map(own.isPublished ? spec : tarball),
    devDependencies: tools.filter(absent).map(spec),
  };
}

/** The names that a package.json asks for; of one that is not JSON none are known. */
async function dependenciesIn(file: string): Promise<Set<string>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fileError(error, 'read', file);
  });
  try {
    const { dependencies, devDependencies } = JSON.parse(text) as Record<string, object | undefined>;
    return new Set([...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})]);
  } catch {
    return new Set();
  }
}

type TemplateFile = { readonly path: string; readonly text: string };

async function readOwn() {
  const own = ownPackage();
  const text = await readFile(join(own.folder, 'package.json'), 'utf8');
  const { devDependencies, private: isPrivate } = JSON.parse(text) as {
    devDependencies: Record<string, string>;
    private?: boolean;
  };
  // Until npm has it under this name, nobody may be sent there for it.
  return { ...own, devDependencies, isPublished: isPrivate !== true };
}

/** npm leaves .gitignore out of packages, so that the template's has another name. */
async function templateFiles(root: string, name: string): Promise<TemplateFile[]> {
  const folder = join(root, 'template', name);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return mapInParallel(
    entries.filter((entry) => entry.isFile()),
    async (entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = file.slice(folder.length + 1).replaceAll('\\', '/');
      return { path: path === 'gitignore' ? '.gitignore' : path, text: await readFile(file, 'utf8') };
    },
  );
}

/** `{{name}}` stands for a value; GitHub's `${{ … }}` has blanks and stays. */
function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
}

function withDependencies(
  text: string,
  own: Pick<OwnPackage, 'name' | 'version'> & { readonly isPublished: boolean },
  tools: readonly (readonly [string, string])[],
): string {
  const content = {
    ...JSON.parse(text),
    ...(own.isPublished ? { dependencies: { [own.name]: own.version } } : {}),
    ...(tools.length === 0 ? {} : { devDependencies: Object.fromEntries(tools) }),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** The CDK's flags as this package is tested with them; DuckDB for the functions' processors is fetched when it is missing. */
function cdkJson(text: string): string {
  const { context, ...settings } = JSON.parse(text) as { context: Record<string, unknown> };
  return `${JSON.stringify({ ...settings, context: { fetchBinding: 'true', ...context } }, null, 2)}\n`;
}

/** False, with nothing written, if there is something under that name. */
async function create(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw fileError(error, 'write', path);
  });
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw fileError(error, 'write', path);
  }
}

/** The folder's name, as npm allows it. */
function projectName(folder: string): string {
  const name = basename(resolve(folder))
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[-._~]+|[-._~]+$/g, '');
  return name === '' || name === 'node_modules' || name === ownPackage().name
    ? 'my-lake'
    : name.slice(0, 214);
}
