// Converts S3's answers to an object version of the port. ETags lose their quotes and get them back for If-Match.
import type { ObjectVersion } from '../ports.ts';

/** The facts common to HEAD, GET and a listing. */
type Described = {
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
};

/** HEAD returns whole seconds; a listing's fraction is cut off, so that both give the same version. */
export function objectVersion(
  key: string,
  described: Described,
  sizeBytes: number | undefined,
): ObjectVersion {
  const modifiedMs = described.LastModified?.getTime() ?? 0;
  return {
    key,
    etag: fileNameOfEtag(described.ETag ?? ''),
    sizeBytes: sizeBytes ?? 0,
    lastModifiedMs: Math.floor(modifiedMs / 1000) * 1000,
  };
}

/** `"9bb58f26192e4ba00f01e2e7b136bbd8-3"` without its quotes; other stores' characters become `_` and four hex digits. */
export function fileNameOfEtag(etag: string): string {
  const bare = /^"([^"]*)"$/.exec(etag)?.[1] ?? etag;
  return bare.replace(/[^A-Za-z0-9-]/g, (c) => `_${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The header's value again: a strong ETag in quotes, a weak one as it was. */
export function etagOfFileName(name: string): string {
  const bare = name.replace(/_([0-9a-f]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return bare.startsWith('W/') ? bare : `"${bare}"`;
}
