// How browsers are told what a file of the page is, how long it stays as it is, and what a page may do. Pure.

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** A hash of the content is in the name: of a document, and as esbuild writes it. */
const HASHED = /-(?:[0-9a-f]{32}|[A-Z0-9]{8})\.[a-z]+$/;

export type WebFile = { readonly contentType: string; readonly cacheControl: string };

/** Undefined for other files. `name`: also with folders. */
export function webFile(name: string): WebFile | undefined {
  const contentType = TYPES[/\.([a-z]+)$/.exec(name)?.[1] ?? ''];
  if (contentType === undefined) return undefined;
  return { contentType, cacheControl: HASHED.test(name) ? 'max-age=31536000, immutable' : 'no-store' };
}

/** The Content-Security-Policy of the page, as index.html says it itself: what stands in its own origin, and nothing else. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

/** No other page may show it in a frame, which only a header can say. */
export const SERVED_POLICY = `${PAGE_POLICY}; frame-ancestors 'none'`;
