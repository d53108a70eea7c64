// Copies of a text that the engine reads in place of the file (decoded, or without its footer) say what the file says: a byte order
// mark behind the file's own is text, and a byte that the encoding does not define refuses its record alone.
import { expect, test } from 'vitest';
import { readArchive } from '../support/read-archive.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const MARK = '\ufeff';

async function read(bytes: Buffer, words: object) {
  const schema = { fields: [{ name: 'id' }] };
  const given = { words: { dialect: { header: false }, schema, maxRejectedRatio: 1, ...words } };
  const { result } = await readArchive(world, bytes, given);
  if (result.outcome === 'rejected') throw new Error(result.violation.message);
  const { rows, dataFiles, quarantine } = result;
  const ids = await world.sql.session((session) =>
    session.rows<{ id: string }>(`SELECT hex(id) AS id FROM '${dataFiles[0]?.path}' ORDER BY id`),
  );
  // As bytes: the engine's binding for Node takes a mark at the beginning of a text away.
  return {
    rows,
    ids: ids.map(({ id }) => Buffer.from(id, 'hex').toString()),
    lines: quarantine?.examples.map(({ line }) => line) ?? [],
  };
}

test.each<[string, Buffer, object]>([
  ['decoded', Buffer.from(`${MARK}${MARK}x\ny\n`, 'utf16le'), { encoding: 'utf-16le' }],
  ['plain', Buffer.from(`${MARK}${MARK}x\ny\n`), {}],
  ['without a footer', Buffer.from(`${MARK}${MARK}x\ny\nend\n`), { footerRows: 1 }],
  [
    'decoded and without a footer',
    Buffer.from(`${MARK}${MARK}x\ny\nend\n`, 'utf16le'),
    { encoding: 'utf-16', footerRows: 1 },
  ],
])('a second byte order mark is text: %s', async (_, bytes, words) => {
  expect((await read(bytes, words)).ids).toEqual(['y', `${MARK}x`]);
});

test('an undefined byte refuses its record by its line', async () => {
  const bytes = Buffer.from('é\na\x81b\nz\n', 'latin1');
  expect(await read(bytes, { encoding: 'windows-1252' })).toEqual({ rows: 3, ids: ['z', 'é'], lines: [2] });
});
