// What the page's files are made of and told as: the bundle, the page of one file, its policy, and the keys of links.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type MemoryStore, memoryStore } from '../../lib/adapters/memory-store.ts';
import { pageAssets } from '../../lib/adapters/page-assets.ts';
import { PAGE_POLICY, webFile } from '../../lib/core/web-file.ts';
import { FORMAT, type IndexDocument } from '../../lib/page/documents.ts';
import { linkKey, removeExpiredLinks } from '../../lib/page/links.ts';
import { singleFile } from '../../lib/page/single-file.ts';
import { OutOfTimeError, Site, type SiteOptions } from '../../lib/page/site.ts';
import { useTemp } from '../support/temp.ts';

const NOW = Date.parse('2024-01-31T12:00:00Z');
const temp = useTemp();
const newStore = () => memoryStore({ clock: () => new Date(NOW), scratch: temp });
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const sha256 = (script: string) => createHash('sha256').update(script).digest('base64');

const HOSTILE = '</script><script>alert(1)</script><!--<script>\u2028';
const index = (): IndexDocument => ({
  format: FORMAT,
  columns: 'columns-1.js',
  lake: HOSTILE,
  landing: '',
  writtenAt: new Date(NOW).toISOString(),
  options: '',
  summary: {
    files: 0,
    waiting: 0,
    late: 0,
    rejected: 0,
    refusedRows: 0,
    stalePartitions: 0,
    behindPartitions: 0,
  },
  faults: [],
  datasets: [],
  insights: [],
  lineage: { nodes: [], edges: [] },
});

describe('the bundle', () => {
  it('is index.html and what it names, by names that hold a hash', () => {
    const assets = pageAssets();
    const html = text(assets.get('index.html'));
    const named = [...html.matchAll(/(?:src|href|data-charts)="([^":]+)"/g)].map(([, name]) => name);
    expect(named.filter((name) => name !== 'data/index.js').sort()).toEqual(
      [...assets.keys()].filter((name) => name !== 'index.html').sort(),
    );
    for (const name of assets.keys())
      expect(name).toMatch(/^(?:index\.html|(?:app|charts)-[A-Z0-9]{8}\.(?:js|css))$/);
    expect([...assets.keys()].map((name) => name.replace(/-\w+/, '')).sort()).toEqual([
      'app.css',
      'app.js',
      'charts.js',
      'index.html',
    ]);
  });

  it('says its policy as headers say it, and has no script or style in its text', () => {
    const html = text(pageAssets().get('index.html'));
    expect(/http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]).toBe(PAGE_POLICY);
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style| style=| on[a-z]+=/);
  });

  it('asks nobody else for anything', () => {
    for (const [name, bytes] of pageAssets())
      expect(text(bytes).match(/https?:\/\/(?!www\.w3\.org\/)[^\s"'`)]+/g) ?? [], name).toEqual([]);
  });
});

describe('the page of one file', () => {
  let html: string;
  beforeAll(async () => {
    const store = newStore();
    const site = await opened(store);
    await site.document('dataset', { a: 1 }, () => ({ cell: HOSTILE }));
    await site.finish(index());
    html = text(await singleFile(store, '', pageAssets()));
  });

  it('holds every document as what it was, and none of them ends its element', () => {
    const documents = [
      ...html.matchAll(/<script type="application\/json" data-file="([^"]+)">(.*?)<\/script>/gs),
    ];
    expect(documents.map(([, file]) => file)).toEqual([
      expect.stringMatching(/^dataset-[0-9a-f]{32}\.js$/),
      'index.js',
    ]);
    expect(JSON.parse(documents[0]?.[2] ?? '')).toEqual({ cell: HOSTILE });
    expect(JSON.parse(documents[1]?.[2] ?? '')).toEqual(index());
    expect(html).not.toContain('alert(1)</script>');
    expect(html).not.toContain('<!--');
  });

  it('allows its own scripts and style by their hashes, and nothing to load', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => sha256(script));
    const [style = ''] = [...html.matchAll(/<style>(.*?)<\/style>/gs)].map(([, style = '']) => sha256(style));
    expect(scripts.length).toBeGreaterThan(0);
    expect(policy).toBe(
      `default-src 'none'; script-src ${scripts.map((hash) => `'sha256-${hash}'`).join(' ')}; style-src 'sha256-${style}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(html).not.toMatch(/ src="| href="(?!data:,)/);
  });

  it('escapes what HTML would take for its own', async () => {
    const store = newStore();
    await (await opened(store)).finish(index());
    const script = 'self.x="<!-- </script>"';
    const assets = new Map([
      ...[...pageAssets()].filter(([name]) => name === 'index.html'),
      ['app-AAAAAAAA.js', Buffer.from(script)] as const,
    ]);
    const page = text(await singleFile(store, '', assets));
    expect(page).toContain('<script>self.x="\\x3C!-- \\x3C/script>"</script>');
  });

  it('is refused where another program put something among the documents', async () => {
    const store = newStore();
    await (await opened(store)).finish(index());
    await store.write('data/other.js', Buffer.from('alert(1)'));
    await expect(singleFile(store, '', pageAssets())).rejects.toThrow(
      'data/other.js is not a document of a page',
    );
  });
});

it('what was written is kept where there was no time for the rest, and the index names nothing that is not there', async () => {
  const store = newStore();
  let left = 2;
  const site = await opened(store, { outOfTime: () => left-- <= 0 });
  for (const a of [1, 2]) await site.document('dataset', { a }, () => ({}));
  await expect(site.document('dataset', { a: 3 }, () => ({}))).rejects.toThrow(OutOfTimeError);
  expect(store.keys()).toHaveLength(2);
  const next = await opened(store);
  for (const a of [1, 2, 3]) await next.document('dataset', { a }, () => ({}));
  expect(await next.finish(index())).toMatchObject({ documents: 1, kept: 2 });
});

it('another edition of the program rewrites every document', async () => {
  const store = newStore();
  const written = async (html: string) => {
    const site = await opened(store, { assets: new Map([['index.html', Buffer.from(html)]]) });
    await site.document('dataset', { a: 1 }, () => ({}));
    return site.finish(index());
  };
  expect(await written('1')).toMatchObject({ documents: 1, kept: 0 });
  expect(await written('1')).toMatchObject({ documents: 0, kept: 1 });
  expect(await written('2')).toMatchObject({ documents: 1, kept: 0 });
});

function opened(store: MemoryStore, options: Partial<SiteOptions> = {}): Promise<Site> {
  const all = { assets: pageAssets(), outOfTime: () => false, ...options };
  return Site.open(store, '', () => new Date(NOW), all);
}

it('links of the past are removed, and what is no link of ours stays', async () => {
  const store = newStore();
  const keys = [NOW - 1000, NOW + 1000].map((endsMs, nth) => linkKey(endsMs, () => `id-${nth}`));
  expect(keys).toEqual(['site/links/20240131T115959Z-id-0.html', 'site/links/20240131T120001Z-id-1.html']);
  for (const key of [...keys, 'site/links/mine.html', 'site/index.html'])
    await store.write(key, Buffer.from(''));
  expect(await removeExpiredLinks(store, () => new Date(NOW))).toBe(1);
  expect(store.keys()).toEqual([
    'site/index.html',
    'site/links/20240131T120001Z-id-1.html',
    'site/links/mine.html',
  ]);
});

it.each([
  ['site/index.html', { contentType: 'text/html; charset=utf-8', cacheControl: 'no-store' }],
  ['site/data/index.js', { contentType: 'text/javascript; charset=utf-8', cacheControl: 'no-store' }],
  [
    'site/app-ABCD1234.css',
    { contentType: 'text/css; charset=utf-8', cacheControl: 'max-age=31536000, immutable' },
  ],
  ['a.svg', { contentType: 'image/svg+xml', cacheControl: 'no-store' }],
  ['tables/sales/_delta_log/00000000000000000000.json', undefined],
  ['tables/sales/part-ABCD1234.parquet', undefined],
  ['waiting', undefined],
])('%s is told as %j', (name, told) => expect(webFile(name)).toEqual(told));
