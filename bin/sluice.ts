// The command line's entry: this process's terminal, and the exit code of one verb.
import { main } from '../lib/cli/main.ts';
import { nameSources } from '../lib/cli/source-stacks.ts';
import { processTerminal } from '../lib/cli/terminal.ts';

nameSources();
process.exitCode = await main(process.argv.slice(2), processTerminal());
