// The file of refused rows that a reader downloads, corrects and delivers again. Pure.
import type { RefusedDocument } from '../dataset-documents.ts';

/** In the original form: what stood before the first record, then each row as it came. */
export function refusedFile(document: Pick<RefusedDocument, 'header' | 'raw' | 'correctedName'>): {
  readonly name: string;
  readonly text: string;
} {
  const lines = document.header === null ? document.raw : [document.header, ...document.raw];
  const ended = lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`));
  return { name: baseName(document.correctedName), text: ended.join('') };
}

/** Without its folders, and without what an operating system reads as more than a name. */
function baseName(name: string): string {
  const last = name.split('/').at(-1) ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is left out.
  const plain = last.replace(/[\u0000-\u001f\u007f<>:"\\|?*]/g, '_');
  return plain === '' || /^\.+$/.test(plain) ? 'refused-rows' : plain;
}
