// The first insights that a new user sees, and what to try next.
import { basename, dirname, posix } from 'node:path';
import { isS3Location } from '../adapters/s3-location.ts';
import type { Derivation } from '../core/insight.ts';
import { cellText } from '../inspect/cell-text.ts';
import { withViews } from '../inspect/lake-views.ts';
import type { Effects } from '../lake/effects.ts';
import { landedShares } from '../lake/live-shares.ts';
import type { LakeLocations } from '../local/open-lake.ts';
import { identifier } from '../sql/quoting.ts';
import { messageOf } from '../table-failures.ts';
import { typed } from './locations.ts';
import { isNumber } from './query-output.ts';
import { renderTable } from './table-text.ts';

const HEADLINE_ROWS = 5;

function headlines({ catalog }: Effects): Derivation[] {
  return catalog.derivations.filter(({ headline }) => headline);
}

/** By package: each headline insight's first rows, ordered by all columns. */
export async function headlineLines(effects: Effects, maxWidth?: number): Promise<string[]> {
  const lines: string[] = [];
  for (const insight of headlines(effects)) {
    lines.push('', `${packageOf(insight)}: ${insight.target.name}${described(insight)}`);
    const rows = await headlineRows(effects, insight, maxWidth).catch((error: unknown) => [
      `it cannot be read: ${messageOf(error)}`,
    ]);
    lines.push(...rows);
  }
  return lines;
}

function headlineRows(
  effects: Effects,
  { target }: Derivation,
  maxWidth: number | undefined,
): Promise<string[]> {
  return withViews(effects, [target], async (session) => {
    const sql = `SELECT * FROM ${identifier(target.name)} ORDER BY ALL LIMIT ${HEADLINE_ROWS}`;
    const columns = await session.describe(sql);
    const rows = await session.rows(sql);
    const texts = rows.map((row) =>
      columns.map(({ name, type }) => cellText(row[name] ?? null, type) ?? 'NULL'),
    );
    if (rows.length === 0) return ['no rows yet'];
    return renderTable(
      columns.map((column) => ({ name: column.name, right: isNumber(column.type) })),
      texts,
      maxWidth,
    );
  });
}

/** A description may span several lines of YAML. */
function described({ description }: Derivation): string {
  return description === undefined ? '' : `. ${description.trim().replace(/\s*\n\s*/g, ' ')}`;
}

function packageOf({ file }: Derivation): string {
  return basename(dirname(dirname(file)));
}

/** `options`: the locations that the user gave as options, as typed; `''` for none. */
export async function nextLines(
  effects: Effects,
  { landing }: LakeLocations,
  options: { readonly all: string; readonly ofLake: string },
): Promise<string[]> {
  const [headline] = headlines(effects);
  const example = await exampleFile(effects).catch(() => undefined);
  const table = headline?.target.name ?? effects.catalog.datasets[0]?.name;
  const [from, to] = [example?.key, example?.copy].map((key) => typed(`${effects.landing.location}/${key}`));
  const tool = isS3Location(landing) ? 'aws s3 ' : '';
  return [
    '',
    'What to try next:',
    `  drop, replace, rename or delete files under ${typed(landing)}`,
    ...(example ? [`  ${tool}cp ${from} ${to}`, `  ${tool}rm ${to}`] : []),
    ...(table === undefined ? [] : [`  npx sluice query "SELECT * FROM ${table}"${options.ofLake}`]),
    `  npx sluice page --open${options.all}`,
    `  npx sluice status${options.all}`,
  ];
}

/** A source file whose copy under another name changes the numbers. */
async function exampleFile({ catalog, tables }: Effects): Promise<{ key: string; copy: string } | undefined> {
  for (const dataset of catalog.datasets.filter(
    ({ mode, duplicates }) => mode === 'append' && duplicates !== 'reject',
  )) {
    for (const key of (await landedShares(tables, dataset)).keys()) {
      const copy = posix.join(posix.dirname(key), `copy-of-${posix.basename(key)}`);
      const claims = catalog.claims(copy);
      if (claims.length === 1 && claims[0] === dataset && !catalog.asideOf(copy)) return { key, copy };
    }
  }
  return undefined;
}
