// Writes drafted datasets and their starter insights into a package: all of it is checked by the loader first, and nothing that is
// there is overwritten.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb } from '../adapters/duckdb.ts';
import { fileError } from '../adapters/file-error.ts';
import type { Catalog } from '../core/catalog.ts';
import { globMatcher } from '../core/glob.ts';
import { type DefinitionFile, findDefinitionFiles } from '../definitions/definition-files.ts';
import { bindCatalog } from '../definitions/load-catalog.ts';
import type { DatasetDraft } from '../draft/draft.ts';
import { packageText, withResources } from '../draft/package-text.ts';
import { CliError, UsageError } from '../errors.ts';
import { scratchElsewhere } from './scratch.ts';

export type WrittenDraft = {
  readonly files: readonly {
    readonly path: string;
    readonly what: 'contract' | 'insight';
    readonly isNew: boolean;
  }[];
};

/** Throws UsageError for a wrong name, CliError where something is in the way. */
export async function writeDraft(
  schemas: string,
  packageName: string,
  drafts: readonly DatasetDraft[],
): Promise<WrittenDraft> {
  refuseName(packageName);
  const before = await findDefinitionFiles(schemas);
  const contract = join(schemas, packageName, 'datapackage.json');
  const old = contractOf(before, packageName);
  const planned = plan(old, schemas, packageName, drafts);
  await check(before, planned, drafts);
  const files: { path: string; what: 'insight'; isNew: boolean }[] = [];
  try {
    await mkdir(join(schemas, packageName, 'insights'), { recursive: true });
    for (const { file, text } of planned.filter(({ kind }) => kind === 'insight')) {
      await writeFile(file, text, { flag: 'wx' });
      files.push({ path: file, what: 'insight', isNew: true });
    }
    await putContract(contract, planned[0]?.text ?? '', old);
  } catch (error) {
    // Insights without their dataset would be set aside as wrong.
    for (const { path } of files) await rm(path, { force: true });
    throw fileError(error, 'write', join(schemas, packageName));
  }
  return { files: [{ path: contract, what: 'contract', isNew: old === undefined }, ...files] };
}

function refuseName(name: string): void {
  if (/^[a-z0-9][a-z0-9._-]{0,99}$/i.test(name)) return;
  throw new UsageError(
    `--write ${JSON.stringify(name)} is not a package's name: it becomes a folder, so use letters, digits, "-", "_" and "."`,
  );
}

type Planned = DefinitionFile & { readonly text: string };

/** The package's contract as it is; undefined if there is none. Throws if it cannot be read. */
function contractOf(before: readonly DefinitionFile[], packageName: string): string | undefined {
  const contract = before.find((one) => one.kind === 'contract' && one.package === packageName);
  if (contract === undefined || contract.isAbsent) return undefined;
  if (typeof contract.text === 'string') return contract.text;
  throw contract.text;
}

/** Unless someone else wrote it meanwhile. */
async function putContract(file: string, text: string, old: string | undefined): Promise<void> {
  if (old === undefined) return writeFile(file, text, { flag: 'wx' });
  if ((await readFile(file, 'utf8')) !== old)
    throw new CliError(`${file} was changed meanwhile: nothing was written, try again`);
  const part = `${file}.draft`;
  await writeFile(part, text);
  await rename(part, file);
}

/** The contract first, then the insights. */
function plan(
  old: string | undefined,
  schemas: string,
  packageName: string,
  drafts: readonly DatasetDraft[],
): Planned[] {
  const file = join(schemas, packageName, 'datapackage.json');
  const resources = drafts.map(({ resource }) => resource);
  const text = old === undefined ? packageText(packageName, resources) : withResources(old, resources);
  if (text === undefined)
    throw new CliError(
      `${file} has no list "resources" to which a dataset could be added: correct it first. Nothing was written`,
    );
  const folder = join(schemas, packageName, 'insights');
  const insights = drafts.map(({ insight }) => ({
    kind: 'insight' as const,
    package: packageName,
    name: insight.name,
    file: join(folder, `${insight.name}.sql`),
    text: insight.text,
  }));
  return [{ kind: 'contract', package: packageName, name: packageName, file, text }, ...insights];
}

async function check(
  before: readonly DefinitionFile[],
  planned: readonly Planned[],
  drafts: readonly DatasetDraft[],
): Promise<void> {
  const scratch = await scratchElsewhere();
  try {
    const sql = openDuckDb({ tempDirectory: join(scratch, 'spill'), reach: {} });
    try {
      refuseTaken(await bindCatalog(before, sql), before, drafts);
      const others = before.filter(({ file }) => file !== planned[0]?.file);
      const { aside } = await bindCatalog([...others, ...planned], sql);
      const own = new Set(planned.map(({ file }) => file));
      const wrong = aside.find(({ error }) => own.has(error.file));
      if (wrong)
        throw new CliError([`The draft would not load, so nothing was written:`, wrong.error.message]);
    } finally {
      sql.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function refuseTaken(
  catalog: Catalog,
  before: readonly DefinitionFile[],
  drafts: readonly DatasetDraft[],
): void {
  const nothing = 'Nothing was written';
  const names = new Map(
    before.filter(({ kind }) => kind === 'insight').map(({ name, file }) => [name.toLowerCase(), file]),
  );
  for (const { name, file } of catalog.datasets) names.set(name.toLowerCase(), file);
  for (const { resource, insight, samples } of drafts) {
    for (const name of [resource.name, insight.name]) {
      const file = names.get(name.toLowerCase());
      if (file !== undefined)
        throw new CliError(
          `${name} is defined in ${file} already, and is never overwritten: pass another name with --name. ${nothing}`,
        );
    }
    for (const { name, path, file } of catalog.datasets) {
      const key = samples.map((sample) => sample.key).find(globMatcher(path));
      if (key !== undefined)
        throw new CliError(
          `${key} belongs to the dataset ${name} already (its path is ${path}, in ${file}): one file has one dataset. ${nothing}`,
        );
    }
  }
}
