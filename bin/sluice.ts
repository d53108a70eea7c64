// The command line's entry: this process's terminal, and the exit code of one verb.
import { main } from '../lib/cli/main.ts';
import { processTerminal } from '../lib/cli/terminal.ts';

process.exitCode = await main(process.argv.slice(2), processTerminal());
