// The name under which to send corrected rows: next to their original file, because under its name they would replace
// its other rows.
import type { Dataset, Encoding } from '../core/contract.ts';
import { shellWord } from '../core/shell-word.ts';
import type { SourceRejects } from '../inspect/rejects.ts';
import type { Effects } from '../lake/effects.ts';

/** Where `iconv` has another name, or means other characters by ours. */
const ICONV: Readonly<Partial<Record<Encoding, string>>> = {
  'iso-8859-8-i': 'iso-8859-8',
  'x-mac-cyrillic': 'mac-cyrillic',
  shift_jis: 'cp932',
  big5: 'cp950',
};

/** Lines for standard error. */
export async function sendAgain(
  effects: Effects,
  dataset: Dataset,
  rejects: SourceRejects,
): Promise<string[]> {
  const encoding =
    dataset.encoding === 'utf-8'
      ? []
      : [
          `This is UTF-8, but ${dataset.name} needs ${dataset.encoding}: convert it with iconv -f utf-8 -t ${ICONV[dataset.encoding] ?? dataset.encoding}.`,
        ];
  return [...(await nextSteps(effects, dataset, rejects)), ...footer(dataset), ...encoding];
}

/** Without it the last refused rows would be skipped. */
function footer({ name, footerRows = 0 }: Dataset): string[] {
  if (footerRows === 0) return [];
  const lines = footerRows === 1 ? 'The last line stands' : `The last ${footerRows} lines stand`;
  return [`${lines} for the footer that ${name} skips (footerRows): leave it below the rows.`];
}

async function nextSteps(
  effects: Effects,
  dataset: Dataset,
  { source, reason }: SourceRejects,
): Promise<string[]> {
  if (reason)
    return [
      `The whole file was rejected, including its good rows: correct these rows in the file itself, and send it again as ${source}.`,
    ];
  if (dataset.mode === 'replace')
    return [
      `Only the newest ${dataset.delivery || dataset.scope ? 'delivery' : 'file'} of ${dataset.name} is used: correct these rows in the file itself, and send it again as ${source}.`,
    ];
  const name = await freeName(effects, dataset, source);
  const packed = PACKERS[/\.(gz|zst|bz2|zip)$/.exec(name ?? '')?.[1] ?? ''];
  const packing = packed === undefined ? '' : `, compressed with ${packed}`;
  if (name === undefined)
    return [
      `The path of ${dataset.name} (${dataset.path}) matches no other name next to ${source}: correct these rows in the file itself, and send it again under the same name.`,
    ];
  return [
    `Correct these rows and send them as ${name}${packing}: under the old name they would replace the file's other rows.`,
    `When they are accepted, close what is open here: npx sluice settle ${shellWord(source)} --why ${shellWord(`sent as ${name}`)}`,
  ];
}

const TRIES = 100;

const PACKERS: Readonly<Record<string, string>> = { gz: 'gzip', zst: 'zstd', bz2: 'bzip2', zip: 'zip' };

/** An unused key in the same folder that the dataset's path matches, uncompressed if possible. */
async function freeName(effects: Effects, dataset: Dataset, source: string): Promise<string | undefined> {
  const [, stem = source, extension = '', packed = ''] =
    /^(.*?)(\.[^./]+)?(\.gz|\.zst|\.bz2|\.zip)?$/s.exec(source) ?? [];
  for (const ending of new Set([extension, `${extension}${packed}`]))
    for (let i = 1; i <= TRIES; i++) {
      const name = `${stem}-corrected${i === 1 ? '' : `-${i}`}${ending}`;
      const claims = effects.catalog.claims(name);
      if (claims.length !== 1 || claims[0] !== dataset || effects.catalog.asideOf(name)) break;
      if ((await effects.landing.head(name)) === undefined) return name;
    }
  return undefined;
}
