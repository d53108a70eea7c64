// What of a page for people can be tried: commands (```sh run, ```python run), the output that is shown for them (the next block,
// ```text), and files that the page asks people to write (```json file=schemas/…). Pure.

export type Step =
  | { readonly kind: 'file'; readonly line: number; readonly path: string; readonly text: string }
  | {
      readonly kind: 'run';
      readonly language: 'sh' | 'python';
      readonly line: number;
      readonly commands: string;
      readonly exitCode: number;
      /** What standard output is shown to be; undefined where the page shows none. */
      readonly output: string | undefined;
    };

type Block = { readonly words: readonly string[]; readonly text: string; readonly line: number };

/** In the page's order. `line` is where the block's text begins. */
export function stepsOf(page: string): Step[] {
  const blocks = blocksOf(page);
  return blocks.flatMap((block, i): Step[] => {
    const { words, text, line } = block;
    const path = wordValue(words, 'file');
    if (path !== undefined) return [{ kind: 'file', line, path, text }];
    const [language] = words;
    if ((language !== 'sh' && language !== 'python') || !words.includes('run')) return [];
    const next = blocks[i + 1];
    const output = next?.words[0] === 'text' && follows(page, block, next) ? next.text : undefined;
    const exitCode = Number(wordValue(words, 'exit') ?? 0);
    return [{ kind: 'run', language, line, commands: text, exitCode, output }];
  });
}

/** True where all lines of what is shown are there in order, and no others but where it shows `…`. Times and durations are not compared. */
export function isShown(shown: string, output: string): boolean {
  const pattern = withoutTimes(shown)
    .split('…\n')
    .map((part) => part.split('…').map(literally).join('[^\\n]*'))
    .join('(?:[^\\n]*\\n)*?');
  return new RegExp(`^${pattern}$`).test(withoutTimes(output));
}

function withoutTimes(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, '<time>')
    .replace(/\b\d+(\.\d+)? s\b/g, '<duration>');
}

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: info = '', 2: text = '', index }) => ({
      words: info.trim().split(/\s+/),
      text,
      line: page.slice(0, index).split('\n').length + 1,
    }),
  );
}

/** True where there is nothing but blank lines between the two blocks. */
function follows(page: string, block: Block, next: Block): boolean {
  const lines = page.split('\n');
  const end = block.line - 1 + block.text.split('\n').length;
  return lines.slice(end, next.line - 2).every((line) => line.trim() === '');
}

function wordValue(words: readonly string[], name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}
