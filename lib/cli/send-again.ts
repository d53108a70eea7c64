// Under which name corrected rows are to be sent: beside the file that they come from, for under its own name they would
// take the place of its other rows.
import type { Dataset } from '../core/contract.ts';
import type { SourceRejects } from '../inspect/rejects.ts';
import type { Effects } from '../lake/effects.ts';

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
          `This is UTF-8, and ${dataset.name} wants ${dataset.encoding}: iconv -f utf-8 -t ${dataset.encoding} makes it so.`,
        ];
  return [await nextStep(effects, dataset, rejects), ...encoding];
}

async function nextStep(
  effects: Effects,
  dataset: Dataset,
  { source, reason }: SourceRejects,
): Promise<string> {
  if (reason)
    return `The file was rejected as a whole, these rows and the good ones: correct them in the file itself, and send it again as ${source}.`;
  if (dataset.mode === 'replace')
    return `Of ${dataset.name} the newest file alone counts: correct these rows in the file itself, and send it again as ${source}.`;
  const name = await freeName(effects, dataset, source);
  const packed = PACKERS[/\.(gz|zst)$/.exec(name ?? '')?.[1] ?? ''];
  const packing = packed === undefined ? '' : `, packed by ${packed}`;
  return name === undefined
    ? `The path of ${dataset.name} (${dataset.path}) takes no other name beside ${source}: correct these rows in the file itself, and send it again under its name.`
    : `Correct these rows and send them as ${name}${packing}: under the old name they would take the place of the file's other rows.`;
}

const TRIES = 100;

const PACKERS: Readonly<Record<string, string>> = { gz: 'gzip', zst: 'zstd' };

/** A key in the same folder that the dataset takes and that landing does not have, not packed where that is possible. */
async function freeName(effects: Effects, dataset: Dataset, source: string): Promise<string | undefined> {
  const [, stem = source, extension = '', packed = ''] =
    /^(.*?)(\.[^./]+)?(\.gz|\.zst)?$/s.exec(source) ?? [];
  for (const ending of new Set([extension, `${extension}${packed}`]))
    for (let i = 1; i <= TRIES; i++) {
      const name = `${stem}-corrected${i === 1 ? '' : `-${i}`}${ending}`;
      const claims = effects.catalog.claims(name);
      if (claims.length !== 1 || claims[0] !== dataset || effects.catalog.asideOf(name)) break;
      if ((await effects.landing.head(name)) === undefined) return name;
    }
  return undefined;
}
