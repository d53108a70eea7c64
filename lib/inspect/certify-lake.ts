// Checks that everything is accounted for: each landing object has exactly one state, each source file's rows add up, each
// live row comes from a file in landing, and each insight is current; anything else is reported. Writes nothing.
import { readTables } from '../core/built-in.ts';
import { landingTable } from '../core/catalog.ts';
import type { Dataset } from '../core/contract.ts';
import { sameTable, tablePrefix } from '../core/insight.ts';
import type { SetAside } from '../core/set-aside.ts';
import { foreignText } from '../delta/foreign-text.ts';
import { CorruptionError } from '../errors.ts';
import type { Effects } from '../lake/effects.ts';
import { type Census, keysIn, takeCensus, versionsByDataset } from '../lake/landing-census.ts';
import { undefinedTables } from '../maintain/lake-tables.ts';
import type { Unseen } from '../ports.ts';
import { certifyDataset, type DatasetCertificate, problemsOf } from './certify-dataset.ts';
import { damagedFiles, damagedPast } from './data-files.ts';
import { type DerivedStatus, derivedStatus } from './derived-status.ts';
import { damagedReports } from './older-reports.ts';
import { recountSources } from './recount.ts';

export type Certificate = {
  readonly datasets: readonly DatasetCertificate[];
  /** Landing objects that no dataset takes. */
  readonly unknown: readonly string[];
  /** Tables in the lake that nothing defines any more, as `insights/<name>`. */
  readonly left: readonly string[];
  /** Wrong definitions, and the landing objects that belong, or may belong, to them: these cannot be certified. */
  readonly aside: readonly SetAside[];
  readonly asideKeys: readonly string[];
  readonly derived: readonly DerivedStatus[];
  /** Unlistable objects in landing: they are not certified. */
  readonly unseen: readonly Unseen[];
  /** A sentence each; [] where everything adds up. */
  readonly problems: readonly string[];
};

export type CertifyOptions = {
  /** This dataset alone, with the table that is computed from its arrivals. */
  readonly only?: Dataset;
  /** Count the records of the files in landing again. */
  readonly recount?: boolean;
};

export async function certifyLake(
  effects: Effects,
  { only, recount = false }: CertifyOptions = {},
): Promise<Certificate> {
  const census = await takeCensus(effects);
  const { objects, unseen } = census;
  const present = versionsByDataset(objects, 'claimed');
  const problems = rivalProblems(census, only);
  const datasets: DatasetCertificate[] = [];
  for (const dataset of only === undefined ? effects.catalog.datasets : [only]) {
    const versions = present.get(dataset) ?? [];
    const table = landingTable(dataset);
    problems.push(...(await logProblems(effects, tablePrefix(table))));
    const certificate = await readable(problems, () => certifyDataset(effects, dataset, versions, unseen));
    if (certificate === undefined) continue;
    datasets.push(certificate);
    problems.push(
      ...problemsOf(effects, certificate),
      ...(await damagedPast(effects, table)),
      ...(await damagedReports(effects, dataset, certificate.sources)),
    );
    if (recount) problems.push(...(await recountSources(effects, dataset, versions, certificate.sources)));
  }
  const derived: DerivedStatus[] = [];
  for (const derivation of effects.catalog.derivations) {
    const { target } = derivation;
    if (only !== undefined && !readTables(only).some(({ table }) => sameTable(table, target))) continue;
    problems.push(...(await logProblems(effects, tablePrefix(target))));
    const status = await readable(problems, () => derivedStatus(effects, derivation));
    if (status === undefined) continue;
    derived.push(status);
    problems.push(
      ...status.problems,
      ...(await damagedFiles(effects, target)),
      ...(await damagedPast(effects, target)),
    );
  }
  const isWhole = only === undefined;
  const left = isWhole ? await undefinedTables(effects) : [];
  for (const table of left) problems.push(...(await logProblems(effects, table, 'drop')));
  return {
    datasets,
    unknown: isWhole ? keysIn(census, 'unknown') : [],
    unseen,
    left,
    aside: effects.catalog.aside,
    asideKeys: keysIn(census, 'aside'),
    derived,
    problems: [...new Set(problems)],
  };
}

/** A sentence for each key that two datasets take. */
function rivalProblems({ objects }: Census, only: Dataset | undefined): string[] {
  return objects.flatMap(({ version, state, claims }) => {
    if (state !== 'contested' || (only !== undefined && !claims.slice(0, 2).includes(only))) return [];
    const [dataset, rival] = claims;
    return [
      `${version.key}: the datasets ${dataset?.name} and ${rival?.name} both take it, so neither does. Make their paths distinct`,
    ];
  });
}

/** What is wrong with the table's log, and what other programs wrote into it. */
async function logProblems(
  effects: Effects,
  prefix: string,
  verb: 'sync' | 'drop' = 'sync',
): Promise<string[]> {
  const problems = await effects.tables.problems(prefix, { whole: true });
  const snapshot = await readable(problems, () => effects.tables.latest(prefix));
  return [
    ...problems,
    ...(snapshot?.foreign ?? []).map(
      (change) =>
        `${prefix} was changed by another program, ${foreignText(change)}. ${verb === 'sync' ? '"npx sluice sync" takes that back' : `Nothing defines it any more: "npx sluice drop ${prefix}" takes its rows away`}`,
    ),
  ];
}

/** An unreadable log is a problem, but the other checks go on. */
async function readable<T>(problems: string[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}
