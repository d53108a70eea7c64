// Stacks of the compiled program with the files and lines of its sources. Node would read every part's map when it loads the part, which
// takes as long as many a verb: here one is read when somebody looks at a stack.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const PLACE = /(file:\/\/[^\s()]+):(\d+):(\d+)/;

/** From now on, for all errors of this process. */
export function nameSources(): void {
  const maps = new Map<string, SourceMap | undefined>();
  Error.prepareStackTrace = (error, calls) =>
    [said(error), ...calls.map((call) => `    at ${inSource(String(call), maps)}`)].join('\n');
}

function said(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'Error';
  }
}

function inSource(call: string, maps: Map<string, SourceMap | undefined>): string {
  return call.replace(PLACE, (place, url: string, line: string, column: string) => {
    if (!maps.has(url)) maps.set(url, mapOf(url));
    const found = maps.get(url)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (found === undefined || !('originalSource' in found)) return place;
    const { originalSource, originalLine, originalColumn } = found;
    return `${new URL(originalSource, url)}:${originalLine + 1}:${originalColumn + 1}`;
  });
}

/** Undefined where there is none. */
function mapOf(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}
