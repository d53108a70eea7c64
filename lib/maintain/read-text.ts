// Reads a definition's file as text, or says why it is none. Bytes that are no UTF-8 would become other names and values.
import { readFile } from 'node:fs/promises';
import { CliError, DefinitionError } from '../errors.ts';

/** Undefined where there is no such file. Throws DefinitionError for other encodings, CliError for what cannot be read. */
export async function readText(file: string): Promise<string | undefined> {
  const bytes = await readBytes(file);
  if (bytes === undefined) return undefined;
  const text = bytes.toString('utf8');
  const written = Buffer.from(text);
  if (written.equals(bytes)) return text;
  const at = bytes.findIndex((byte, i) => byte !== written[i]);
  const line = bytes.subarray(0, at).reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 1);
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  throw new DefinitionError(
    file,
    `line ${line}`,
    `the byte 0x${byte} is not UTF-8: save the file as UTF-8 text`,
  );
}

async function readBytes(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const problem = code === 'EISDIR' ? 'it is a folder: put a file there' : `${message}: make it readable`;
    throw new CliError(`${file} cannot be read: ${problem}`, 1, { cause: error });
  }
}
