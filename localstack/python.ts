// Finds a Python and makes a virtual environment of pinned packages with it, once.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What an environment is made of: pip's arguments, and the Python that they are known to work with. */
export type PythonPackages = {
  readonly title: string;
  readonly pip: readonly string[];
  /** Files whose content decides what `pip` installs. */
  readonly inputs: readonly string[];
  readonly suits: (major: number, minor: number) => boolean;
  readonly wanted: string;
};

/** The interpreter of an environment in `folder` that holds `packages`. Throws where there is no fitting Python, or pip fails. */
export function pythonWith(packages: PythonPackages, folder: string): string {
  const python = join(folder, 'bin', 'python');
  const marker = join(folder, 'installed');
  const content = contentOf(packages);
  if (existsSync(python) && existsSync(marker) && readFileSync(marker, 'utf8') === content) return python;
  const base = findPython(packages);
  process.stderr.write(`Installing ${packages.title} (once, into ${folder}) …\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run(base, ['-m', 'venv', folder], `${base} cannot make a virtual environment: install its venv module`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages.pip];
  run(python, pip, `${packages.title} could not be installed`);
  writeFileSync(marker, content);
  return python;
}

/** What is installed, wherever this checkout lies. */
function contentOf({ pip, inputs }: PythonPackages): string {
  const words = pip.filter((word) => !inputs.includes(word));
  return [words.join(' '), ...inputs.map((file) => readFileSync(file, 'utf8'))].join('\n');
}

function findPython({ title, suits, wanted }: PythonPackages): string {
  const seen: string[] = [];
  for (const command of candidates()) {
    const { status, stdout } = spawnSync(command, ['-c', 'import sys; print(*sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    if (status !== 0) continue;
    const [major = 0, minor = 0] = stdout.trim().split(' ').map(Number);
    if (suits(major, minor)) return command;
    seen.push(`${major}.${minor}`);
  }
  const found = seen.length === 0 ? 'none was found' : `only ${[...new Set(seen)].join(', ')} was found`;
  throw new Error(
    `${title} needs Python ${wanted}, and ${found}: install it, for example with "pyenv install 3.13".`,
  );
}

/** Those on the PATH, and pyenv's, which need not be on it. */
function candidates(): string[] {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const installed = existsSync(versions) ? readdirSync(versions).toSorted().reverse() : [];
  return [
    'python3.13',
    'python3',
    'python',
    ...installed.map((name) => join(versions, name, 'bin', 'python')),
  ];
}

function run(command: string, args: readonly string[], failure: string): void {
  // Nothing but the caller's own result belongs on stdout.
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${failure}${error ? `: ${error.message}` : ''}.`);
}
