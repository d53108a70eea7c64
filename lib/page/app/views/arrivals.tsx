import type { IndexDocument } from '../../documents.ts';
import type { Route } from '../routes.ts';

export function Arrivals({ index, route }: ViewProps) {
  return (
    <p>
      {index.lake} {route.view}
    </p>
  );
}

type ViewProps = { readonly index: IndexDocument; readonly route: Extract<Route, { view: 'arrivals' }> };
