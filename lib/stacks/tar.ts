// Writes a folder as .tgz whose bytes depend on its files alone: not on times, owners or the tar of this machine. So an asset that has not
// changed is not uploaded again.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { constants, gzipSync } from 'node:zlib';

const BLOCK = 512;
const EXECUTABLE = 0o111;

/** Of the files below `folder`, under their paths in it. Throws on a path longer than 99 bytes. */
export function tgzOf(folder: string): Buffer {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const parts = paths.flatMap((path) => {
    const content = readFileSync(path);
    const mode = statSync(path).mode & EXECUTABLE ? 0o755 : 0o644;
    const name = relative(folder, path).replaceAll('\\', '/');
    return [header(name, mode, content.length), content, Buffer.alloc(-content.length & (BLOCK - 1))];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]), { level: constants.Z_BEST_SPEED });
}

/** https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06: ustar. */
function header(name: string, mode: number, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  if (block.write(name, 0, 100) >= 100 || Buffer.byteLength(name) >= 100)
    throw new Error(`the path is too long for an archive: ${name}`);
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\0', 257);
  block.write('00', 263);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}
