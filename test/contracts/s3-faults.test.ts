// What S3 may answer on a bad day, told by an endpoint of our own: conflicts, broken bodies, half-done batches, errors.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { probeConditionalCreate } from '../../lib/adapters/s3-probe.ts';
import { s3Store } from '../../lib/adapters/s3-store.ts';
import { CliError, TryAgainError } from '../../lib/errors.ts';
import { keysBelow } from '../support/store-copy.ts';
import { testTemp } from '../support/temp.ts';
import { bytes, text } from './object-store.ts';
import {
  type Answer,
  type Request,
  ranged,
  s3Fault,
  scriptedEndpoint,
  scriptedS3,
} from './scripted-endpoint.ts';

let scratch: string;
beforeEach(() => {
  scratch = testTemp();
});

const PART = 4;

async function storeThat(
  answer: (request: Request, n: number) => Answer | Promise<Answer>,
  maxAttempts?: number,
) {
  const { url, requests } = await scriptedEndpoint(answer);
  const client = scriptedS3(url, maxAttempts);
  const store = s3Store({ client, bucket: 'b', prefix: 'p', scratch, partBytes: PART, partsAtOnce: 2 });
  return { store, requests };
}

describe('create', () => {
  it('asks for absence, and tries again while another writer is under way', async () => {
    const { store, requests } = await storeThat((_, n) =>
      n < 3 ? s3Fault(409, 'ConditionalRequestConflict') : {},
    );
    expect(await store.create('log/0.json', bytes('x'))).toBe(true);
    expect(requests.map(({ headers }) => headers['if-none-match'])).toEqual(['*', '*', '*', '*']);
    expect(requests[0]?.path).toMatch(/^\/b\/p\/log\/0\.json/);
  });

  it('is refused where the key exists, also after a conflict', async () => {
    const { store, requests } = await storeThat((_, n) =>
      n === 0 ? s3Fault(409, 'ConditionalRequestConflict') : s3Fault(412, 'PreconditionFailed'),
    );
    expect(await store.create('k', bytes('x'))).toBe(false);
    expect(requests).toHaveLength(2);
  });

  it('gives up on endless conflicts', async () => {
    const { store, requests } = await storeThat(() => s3Fault(409, 'ConditionalRequestConflict'));
    await expect(store.create('k', bytes('x'))).rejects.toThrow(
      'cannot write s3://b/p/k (ConditionalRequestConflict): other writers kept writing to it at the same time: run it again.',
    );
    expect(requests).toHaveLength(10);
  });
});

describe('download', () => {
  it('asks for ranges of the first answer’s version, again where a body breaks off', async () => {
    const broken = new Set<string>();
    const { store, requests } = await storeThat((request) => {
      const range = request.headers.range ?? '';
      const answer = ranged('0123456789', '"v1"', request);
      if (broken.has(range)) return answer;
      broken.add(range);
      return { ...answer, cutAfter: 1 };
    });
    const file = await store.download('a.csv');
    expect(file && (await readFile(file.path, 'utf8'))).toBe('0123456789');
    expect(requests.map(({ headers }) => headers.range).toSorted()).toEqual(
      ['bytes=0-3', 'bytes=4-7', 'bytes=8-9'].flatMap((range) => [range, range]),
    );
    expect(requests.filter(({ headers }) => headers['if-match'] === undefined)).toHaveLength(1);
    await file?.release();
    expect(await readdir(scratch)).toEqual([]);
  });

  it('starts again with the new version where the object changes between two ranges', async () => {
    let versions = 0;
    const { store } = await storeThat((request) => {
      if (request.headers.range !== 'bytes=0-3' && versions === 0) versions = 1;
      return versions === 0 ? ranged('oldoldold', '"old"', request) : ranged('newnew', '"new"', request);
    });
    const file = await store.download('a.csv');
    expect(file && (await readFile(file.path, 'utf8'))).toBe('newnew');
  });

  it('gives nothing where the version that is asked for changes or goes in the middle', async () => {
    for (const fault of [s3Fault(412, 'PreconditionFailed'), s3Fault(404, 'NoSuchKey')]) {
      const { store } = await storeThat((request) =>
        request.headers.range === 'bytes=0-3' ? ranged('oldoldold', '"old"', request) : fault,
      );
      expect(await store.download('a.csv', 'old')).toBeUndefined();
    }
    expect(await readdir(scratch)).toEqual([]);
  });

  it('does not trust a store that sends another version than If-Match names', async () => {
    const { store, requests } = await storeThat(({ headers }) => {
      const isFirst = headers.range === 'bytes=0-3';
      const [content, etag] =
        isFirst && requests.length < 4 ? ['oldoldold', '"old"'] : ['newnewnew', '"new"'];
      return ranged(content, etag, { method: 'GET', path: '', body: '', headers: { range: headers.range } });
    });
    const file = await store.download('a.csv');
    expect(file && (await readFile(file.path, 'utf8'))).toBe('newnewnew');
    expect(await store.download('a.csv', 'old')).toBeUndefined();
  });

  it('gives up on an object that changes all the time', async () => {
    let version = 0;
    const { store } = await storeThat((request) => {
      version += 1;
      return ranged('0123456789', `"${version}"`, request);
    });
    await expect(store.download('a.csv')).rejects.toBeInstanceOf(TryAgainError);
    expect(await readdir(scratch)).toEqual([]);
  });

  it.each(['', '1', '1234', '12345', '12345678'])('takes %j whole', async (content) => {
    const { store, requests } = await storeThat((request) => ranged(content, '"e-2"', request));
    const file = await store.download('a.tar.gz', 'e-2');
    expect(file?.path).toMatch(/\.tar\.gz$/);
    expect(file && (await readFile(file.path, 'utf8'))).toBe(content);
    expect(requests.every(({ headers }) => headers['if-match'] === '"e-2"')).toBe(true);
    expect(requests).toHaveLength(content === '' ? 2 : Math.ceil(content.length / PART));
  });

  it('fails, and leaves no file, where a body never comes whole', async () => {
    const { store } = await storeThat((request) => ({ ...ranged('0123', '"e"', request), cutAfter: 2 }));
    await expect(store.download('a.csv')).rejects.toThrow('in the middle of an object');
    expect(await readdir(scratch)).toEqual([]);
  });
});

describe('a range', () => {
  const read = async (bytes: AsyncIterable<Uint8Array>) => {
    let read = '';
    for await (const chunk of bytes) read += text(chunk);
    return read;
  };

  it('is gone on with where the body breaks off', async () => {
    const { store, requests } = await storeThat((request) => ({
      ...ranged('0123456789', '"e"', request),
      ...(request.headers.range === 'bytes=5-7' ? {} : { cutAfter: 2 }),
    }));
    expect(await read(store.readRange('a.csv', 'e', { from: 1, to: 8 }))).toBe('1234567');
    expect(requests.map(({ headers }) => headers.range)).toEqual(['bytes=1-7', 'bytes=3-7', 'bytes=5-7']);
    expect(requests.every(({ headers }) => headers['if-match'] === '"e"')).toBe(true);
  });

  it('is not gone on with where the version changes or goes in the middle', async () => {
    for (const fault of [s3Fault(412, 'PreconditionFailed'), s3Fault(404, 'NoSuchKey')]) {
      const { store } = await storeThat((request) =>
        request.headers.range === 'bytes=0-7'
          ? { ...ranged('01234567', '"e"', request), cutAfter: 3 }
          : fault,
      );
      await expect(read(store.readRange('a.csv', 'e', { from: 0, to: 8 }))).rejects.toThrow(TryAgainError);
    }
  });

  it.each([0, 1])('fails where no more than %i bytes come at a time', async (cutAfter) => {
    const { store, requests } = await storeThat((request) => ({
      ...ranged('0123456789', '"e"', request),
      cutAfter,
    }));
    await expect(read(store.readRange('a.csv', 'e', { from: 0, to: 10 }))).rejects.toThrow(
      'in the middle of an object',
    );
    expect(requests).toHaveLength(5);
  });
});

describe('reading, listing and removing', () => {
  it('reads again where the body breaks off', async () => {
    const { store } = await storeThat((_, n) => ({ body: 'whole', ...(n === 0 ? { cutAfter: 2 } : {}) }));
    expect(text(await store.read('k'))).toBe('whole');
  });

  it('sends only the keys again that were not removed for a passing reason', async () => {
    const failure = '<Error><Key>p/b</Key><Code>SlowDown</Code><Message>later</Message></Error>';
    const { store, requests } = await storeThat((_, n) => ({
      body: `<?xml version="1.0"?><DeleteResult>${n === 0 ? failure : ''}</DeleteResult>`,
    }));
    await store.remove(['a', 'b']);
    expect(requests.map(({ body }) => [...body.matchAll(/<Key>([^<]*)</g)].map(([, key]) => key))).toEqual([
      ['p/a', 'p/b'],
      ['p/b'],
    ]);
  });

  it('throws where a key cannot be removed', async () => {
    const failure = '<Error><Key>p/a</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
    const { store } = await storeThat(() => ({ body: `<DeleteResult>${failure}</DeleteResult>` }));
    await expect(store.remove(['a'])).rejects.toThrow('cannot remove objects from s3://b/p (AccessDenied)');
  });

  it('does not take the marker of a console’s folder for an object', async () => {
    const contents = ['p/', 'p/a+b%2Bc'].map((key) => `<Contents><Key>${key}</Key><Size>0</Size></Contents>`);
    const { store } = await storeThat(() => ({
      body: `<ListBucketResult><EncodingType>url</EncodingType>${contents.join('')}</ListBucketResult>`,
    }));
    expect(await keysBelow(store, '')).toEqual(['a b+c']);
  });
});

describe('uploading', () => {
  it('keeps the local file where it fails', async () => {
    const { store } = await storeThat(() => s3Fault(403, 'AccessDenied'));
    const path = join(scratch, 'up.parquet');
    await writeFile(path, 'x');
    await expect(store.upload(path, 'k')).rejects.toThrow('cannot write s3://b/p/k (AccessDenied)');
    expect(await readFile(path, 'utf8')).toBe('x');
  });

  it('says what is missing where there is no such file', async () => {
    const { store } = await storeThat(() => ({}));
    await expect(store.upload(join(scratch, 'absent'), 'k')).rejects.toThrow(
      `cannot read ${join(scratch, 'absent')}`,
    );
  });
});

describe('the probe', () => {
  it('refuses a store that ignores If-None-Match', async () => {
    const { store, requests } = await storeThat(() => ({}));
    const probe = probeConditionalCreate(store, () => 'id');
    await expect(probe).rejects.toBeInstanceOf(CliError);
    await expect(probe).rejects.toThrow('s3://b/p cannot hold a lake: 5 writers created the same key');
    expect(requests.at(-1)?.body).toContain('<Key>p/probes/id</Key>');
  });

  it('refuses a store that does not know it', async () => {
    const { store } = await storeThat(() => s3Fault(501, 'NotImplemented', 'A header implies functionality'));
    await expect(probeConditionalCreate(store, () => 'id')).rejects.toThrow(
      'does not support conditional writes',
    );
  });

  it('does not take an error for an answer', async () => {
    const { store } = await storeThat(() => s3Fault(403, 'AccessDenied'));
    await expect(probeConditionalCreate(store, () => 'id')).rejects.toThrow(
      'cannot write s3://b/p/probes/id (AccessDenied)',
    );
  });
});

describe('what browsers are told', () => {
  it('is said of the files of a page, and of nothing else', async () => {
    const { store, requests } = await storeThat(() => ({}));
    for (const key of ['site/index.html', 'site/app-ABCD1234.js', 'files/sales/a.html/1-2.json'])
      await store.write(key, bytes('x'));
    expect(requests.map(({ headers }) => [headers['content-type'], headers['cache-control']])).toEqual([
      ['text/html; charset=utf-8', 'no-store'],
      ['text/javascript; charset=utf-8', 'max-age=31536000, immutable'],
      ['application/octet-stream', undefined],
    ]);
  });
});
