// Writes zip archives byte by byte as APPNOTE.TXT has them, also ones that lie about themselves. Shares no code with the reader.
import { crc32, deflateRawSync } from 'node:zlib';

export type ZipPart = {
  readonly name: string;
  readonly bytes: Buffer;
  readonly stored?: boolean;
  /** Sizes and checksum follow the data (bit 3). */
  readonly hasDescriptor?: boolean;
  /** Sizes stand in the extra field. */
  readonly isZip64?: boolean;
  /** What the headers say in place of what is so. */
  readonly lies?: {
    readonly method?: number;
    readonly flags?: number;
    readonly crc?: number;
    readonly size?: number;
    readonly packedSize?: number;
  };
};

const UTF8 = 0x800;
const MAX32 = 0xffffffff;

export function zipBytes(parts: readonly ZipPart[]): Buffer {
  const out: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const name = Buffer.from(part.name);
    const data = part.stored ? part.bytes : deflateRawSync(part.bytes);
    const lies = part.lies ?? {};
    const method = lies.method ?? (part.stored ? 0 : 8);
    const flags = UTF8 | (part.hasDescriptor ? 8 : 0) | (lies.flags ?? 0);
    const crc = lies.crc ?? crc32(part.bytes);
    const size = lies.size ?? part.bytes.length;
    const packed = lies.packedSize ?? data.length;
    const extra = part.isZip64 ? zip64Extra(size, packed) : Buffer.alloc(0);
    const sizes = part.isZip64 ? [MAX32, MAX32] : [packed, size];
    const fields = (zeroed: boolean) => {
      const head = Buffer.alloc(20);
      head.writeUInt16LE(part.isZip64 ? 45 : 20, 0);
      head.writeUInt16LE(flags, 2);
      head.writeUInt16LE(method, 4);
      head.writeUInt32LE(zeroed ? 0 : crc, 10);
      return Buffer.concat([head.subarray(0, 14), u32(zeroed ? 0 : sizes[0]), u32(zeroed ? 0 : sizes[1])]);
    };
    const lengths = Buffer.concat([u16(name.length), u16(extra.length)]);
    const isZeroed = part.hasDescriptor === true && !part.isZip64;
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields(isZeroed), lengths, name, extra, data]);
    const descriptor = part.hasDescriptor
      ? Buffer.concat([Buffer.from('PK\x07\x08'), u32(crc), u32(packed), u32(size)])
      : Buffer.alloc(0);
    central.push(
      Buffer.concat([
        ...[Buffer.from('PK\x01\x02'), u16(20), fields(false), lengths, u16(0), u16(0), u16(0), u32(0)],
        ...[u32(offset), name, extra],
      ]),
    );
    out.push(local, descriptor);
    offset += local.length + descriptor.length;
  }
  const directory = Buffer.concat(central);
  const end = [Buffer.from('PK\x05\x06'), u16(0), u16(0), u16(parts.length), u16(parts.length)];
  return Buffer.concat([...out, directory, ...end, u32(directory.length), u32(offset), u16(0)]);
}

function zip64Extra(size: number, packed: number): Buffer {
  const extra = Buffer.alloc(20);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(16, 2);
  extra.writeBigUInt64LE(BigInt(size), 4);
  extra.writeBigUInt64LE(BigInt(packed), 12);
  return extra;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value = 0): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
