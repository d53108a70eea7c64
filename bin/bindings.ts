// npm run bindings [-- arm64 | x64]: fetches DuckDB's native binding for the functions' architecture, once.
import { CliError } from '../lib/errors.ts';
import { fetchBinding } from '../lib/stacks/native-binding.ts';

try {
  const architecture = process.argv[2] ?? 'arm64';
  if (architecture !== 'arm64' && architecture !== 'x64')
    throw new CliError(`${JSON.stringify(architecture)} is no architecture of Lambda: arm64 or x64`);
  console.log(fetchBinding(`linux-${architecture}`));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
