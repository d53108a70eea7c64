// npm run bindings [-- arm64 | x64 [spark]]: fetches DuckDB's native binding for the functions' architecture, once; with "spark" Node, too,
// which an installation with "-c spark=true" takes to its workers.
import { CliError } from '../lib/errors.ts';
import { fetchBinding } from '../lib/stacks/native-binding.ts';
import { fetchNode } from '../lib/stacks/node-binary.ts';

try {
  const architecture = process.argv[2] ?? 'arm64';
  if (architecture !== 'arm64' && architecture !== 'x64')
    throw new CliError(`${JSON.stringify(architecture)} is no architecture of Lambda: arm64 or x64`);
  const further = process.argv[3];
  if (further !== undefined && further !== 'spark')
    throw new CliError(`${JSON.stringify(further)} is not known: "spark" fetches Node, too`);
  console.log(fetchBinding(`linux-${architecture}`));
  if (further === 'spark') console.log(fetchNode(`linux-${architecture}`));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
