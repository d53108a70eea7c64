// The page as one HTML file that holds its program and all its documents: for a link, or an attachment. It loads nothing, and its
// Content-Security-Policy names each of its scripts by its hash.
import { createHash } from 'node:crypto';
import { CliError } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import { documentJson, type PageAssets } from './site.ts';

/** Beyond it a browser takes too long to open a file. */
const MAX_BYTES = 100_000_000;

/**
 * `store`: has nothing but a page that was just written, below `prefix`. `indexHtml` and what it loads are `assets`. Throws CliError where the
 * page is too large for one file.
 */
export async function singleFile(
  store: ObjectStore,
  prefix: string,
  assets: PageAssets,
): Promise<Uint8Array> {
  const documents: string[] = [];
  let bytes = 0;
  for await (const { key, sizeBytes } of store.list(`${prefix}data/`)) {
    bytes += sizeBytes;
    if (bytes > MAX_BYTES)
      throw new CliError(
        `The page of this lake is too large for one file (more than ${MAX_BYTES / 1_000_000} MB): write it into a folder or a bucket with --out, or serve it with --serve.`,
      );
    const file = key.slice(prefix.length + 'data/'.length);
    const content = await store.read(key);
    if (content === undefined) throw new Error(`${key} is gone while the page is read`);
    documents.push(
      `<script type="application/json" data-file="${file}">${documentJson(file, content)}</script>`,
    );
  }
  return Buffer.from(assembled(assets, documents));
}

function assembled(assets: PageAssets, documents: readonly string[]): string {
  const html = textOf(assets, (name) => name === 'index.html') ?? '';
  const style = (textOf(assets, (name) => /^app-.*\.css$/.test(name)) ?? '').replaceAll('</', '<\\/');
  // The charts first: the program looks whether they are there.
  const scripts = [/^charts-.*\.js$/, /^app-.*\.js$/].flatMap((pattern) => {
    const script = textOf(assets, (name) => pattern.test(name));
    return script === undefined ? [] : [inline(script)];
  });
  const head = html
    .replace(/<link rel="stylesheet"[^>]*>\n?/, '')
    .replace(/<script [^>]*><\/script>\n?/g, '')
    .replace(
      /(http-equiv="Content-Security-Policy" content=")[^"]*/,
      (_, start: string) => start + policy(style, scripts),
    );
  const [beforeHead, afterHead] = halves(head, '</head>');
  const [body, end] = halves(afterHead, '</body>');
  return [
    `${beforeHead}<style>${style}</style>\n</head>`,
    body,
    ...documents.map((document) => `${document}\n`),
    ...scripts.map((script) => `<script>${script}</script>\n`),
    `</body>${end}`,
  ].join('');
}

function policy(style: string, scripts: readonly string[]): string {
  const hashes = (texts: readonly string[]) => texts.map((text) => `'sha256-${sha256(text)}'`).join(' ');
  return `default-src 'none'; script-src ${hashes(scripts)}; style-src ${hashes([style])}; img-src data:; base-uri 'none'; form-action 'none'`;
}

/** Such letters stand in texts and patterns of a script alone, where the escaped form means the same; HTML would take them for its own. */
function inline(script: string): string {
  return script.replace(/<(?=!--|\/script)/gi, '\\x3C');
}

function textOf(assets: PageAssets, isIt: (name: string) => boolean): string | undefined {
  for (const [name, bytes] of assets) if (isIt(name)) return new TextDecoder().decode(bytes);
  return undefined;
}

function halves(html: string, at: string): [string, string] {
  const start = html.indexOf(at);
  if (start < 0) throw new Error(`index.html of the page lacks ${at}`);
  return [html.slice(0, start), html.slice(start + at.length)];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
