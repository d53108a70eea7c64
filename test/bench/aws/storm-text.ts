// What a storm of files cost, in words and a table. Pure.
import type { Invoked } from './function-process.ts';
import { commitsIn, isSqs, KINDS, type Kind, requestTable, s3Kind } from './request-kinds.ts';
import type { StormRun } from './storm.ts';

/** Of 2,000 files, by all functions together. */
export const STORM_TARGETS = { requestsPerFile: 4, conflicts: 50 } as const;

export type StormFigures = {
  readonly requestsPerFile: number;
  readonly conflicts: number;
  readonly text: string;
  /** Markdown: which requests are about what. */
  readonly tables: string;
};

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const perSecond = (files: number, ms: number) => Math.round(files / (ms / 1000));

/** Of all functions together; what aggregate asks depends on the insights, so both are told apart, too. */
export function stormFigures(run: StormRun): StormFigures {
  const { files, putMs, ingestedMs, upToDateMs } = run;
  const ingest = figuresOf(run, run.ingest);
  const aggregate = figuresOf(run, run.aggregate);
  const requestsPerFile = ingest.perFile + aggregate.perFile;
  const text = [
    `${files} small files at once: ${requestsPerFile.toFixed(2)} requests to S3 a file; ingest: ${ingest.perFile.toFixed(2)} requests to S3 a file (${ingest.kinds})`,
    `${ingest.conflicts} of ${ingest.attempts} commits lost to another function in ${run.ingest.length} invocations, ${ingest.sqs} requests to SQS`,
    `put within ${seconds(putMs)}, in the table after ${seconds(ingestedMs)} (${perSecond(files, ingestedMs)} a second), all insights after ${seconds(upToDateMs)}`,
    `aggregate: ${aggregate.perFile.toFixed(2)} requests to S3 a file (${aggregate.kinds}), ${aggregate.conflicts} of ${aggregate.attempts} commits lost in ${run.aggregate.length} invocations, ${aggregate.sqs} requests to SQS`,
  ].join('; ');
  return {
    requestsPerFile,
    conflicts: ingest.conflicts + aggregate.conflicts,
    text,
    tables: ['Of ingest:', '', ...ingest.table, '', 'Of aggregate:', '', ...aggregate.table].join('\n'),
  };
}

function figuresOf({ files, landingBucket }: StormRun, invoked: readonly Invoked[]) {
  const requests = invoked.flatMap((one) => one.requests);
  const kinds = requests.flatMap((request) => s3Kind(request) ?? []);
  const count = (kind: Kind) => kinds.filter((one) => one === kind).length;
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const table = requestTable(requests, landingBucket);
  return {
    perFile: kinds.length / files,
    kinds: KINDS.map((kind) => `${count(kind)} ${kind}`).join(', '),
    sqs: requests.filter(isSqs).length,
    ...commitsIn(requests),
    table: [
      line(['requests about', ...KINDS]),
      line(['---', ...KINDS.map(() => '---:')]),
      ...[...table].map(([subject, row]) => line([subject, ...KINDS.map((kind) => row.get(kind) ?? 0)])),
    ],
  };
}
