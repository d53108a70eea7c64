// Where this package is: a clone of the repository, or an installed package; its folder, name and version. The name stands
// in package.json and nowhere else.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type OwnPackage = {
  readonly folder: string;
  /** As programs import it. */
  readonly name: string;
  readonly version: string;
  /** `compiled`: an installed package, with dist/ in place of lib/ and functions/. */
  readonly form: 'sources' | 'compiled';
};

let found: OwnPackage | undefined;

export function ownPackage(): OwnPackage {
  found ??= read(packageFolder(import.meta.dirname));
  return found;
}

function read(folder: string): OwnPackage {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  return { folder, name, version, form: existsSync(join(folder, 'lib')) ? 'sources' : 'compiled' };
}

function packageFolder(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageFolder(dirname(folder));
}
