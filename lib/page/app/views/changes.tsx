// What changed: of all insights since a day, or of one between two versions or days.
import type { IndexDocument } from '../../documents.ts';
import type { Route } from '../routes.ts';
import { ChangesOf } from './changes-of.tsx';
import { ChangesOverview } from './changes-overview.tsx';
import { NoInsight } from './insight.tsx';

export type ChangesProps = {
  readonly index: IndexDocument;
  readonly route: Extract<Route, { view: 'changes' }>;
};

export function Changes({ index, route }: ChangesProps) {
  if (route.name === null) return <ChangesOverview index={index} route={route} />;
  const summary = index.insights.find(({ name }) => name === route.name);
  if (summary === undefined) return <NoInsight name={route.name} />;
  return <ChangesOf key={summary.name} index={index} route={route} summary={summary} />;
}
