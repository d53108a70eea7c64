// Shows a page in the user's browser, with what the system has for that.
import { spawn } from 'node:child_process';

/** A browser that is still open after that long was found. */
const PATIENCE_MS = 2000;

function opener(platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === 'darwin') return ['open'];
  // `start` takes the first quoted word for a title.
  return platform === 'win32' ? ['cmd', '/c', 'start', '""'] : ['xdg-open'];
}

/** `address`: of this program's own making. Returns the reason if none could be opened. */
export function openBrowser(
  address: string,
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  const [program, ...words] = opener(platform);
  return new Promise((done) => {
    const child = spawn(program, [...words, address], { env: environment, stdio: 'ignore', detached: true });
    const found = setTimeout(() => done(undefined), PATIENCE_MS);
    const end = (reason: string | undefined) => {
      clearTimeout(found);
      done(reason);
    };
    child.once('error', ({ message }) => end(`${program} cannot be run: ${message}`));
    child.once('exit', (code) => end(code === 0 ? undefined : `${program} found none (exit code ${code})`));
    child.unref();
  });
}
