// What a number was in the version before, and which files moved it from there.

import type { IndexDocument } from '../../documents.ts';
import type {
  ChangeDocument,
  InsightDocument,
  Moved,
  PagePartitionReceipt,
} from '../../insight-documents.ts';
import type { Cell } from '../../page-values.ts';
import type { ReceiptRoute } from '../insight-rows.ts';
import { Command } from '../parts/command.tsx';
import { differenceOf, percentOf } from '../parts/decimal-change.ts';
import { Loading } from '../parts/loading.tsx';
import { MoveList } from '../parts/move-list.tsx';
import { DifferenceText, NumberText } from '../parts/number-text.tsx';
import { TimeText } from '../parts/time-text.tsx';
import { diffCommand, numberBefore } from '../receipt-history.ts';
import { href } from '../routes.ts';
import { useDocument } from '../use-documents.ts';

type BeforeProps = {
  readonly index: IndexDocument;
  readonly insight: InsightDocument;
  readonly route: ReceiptRoute;
  readonly receipt: PagePartitionReceipt;
  /** Undefined where the route names no column that is there. */
  readonly now: Cell | undefined;
  readonly isRow: boolean;
};

export function ReceiptBefore(props: BeforeProps) {
  const { index, receipt, route } = props;
  const { moved, version, committedAt } = receipt;
  if (moved === null)
    return (
      <>
        <h2>What it was before</h2>
        <p>
          Nothing: these are the first numbers of this part, from <TimeText time={committedAt} as="both" />.
        </p>
      </>
    );
  const range = { from: String(moved.before), to: String(version) };
  return (
    <>
      <h2>What it was before</h2>
      {props.now !== undefined && props.isRow && <NumberBefore {...props} now={props.now} moved={moved} />}
      <h3>What moved it</h3>
      <MoveList
        index={index}
        sources={moved.sources}
        moreSources={moved.moreSources}
        definitions={moved.definitions}
        note="They moved this part of the table: not each of them need have moved this number."
      />
      <p>
        That was on <TimeText time={committedAt} as="both" />.{' '}
        <a href={href({ view: 'changes', name: route.name, ...range })}>All that changed then</a>
      </p>
    </>
  );
}

type NumberBeforeProps = BeforeProps & { readonly now: Cell; readonly moved: Moved };

function NumberBefore(props: NumberBeforeProps) {
  const { index, route, receipt, moved } = props;
  const loaded = useDocument<ChangeDocument>(moved.change);
  const command = diffCommand(route.name, moved.before, receipt.version, index.options);
  if (moved.change === null)
    return (
      <>
        <p>The page does not keep the rows of that version any more. Whoever runs Sluice types this:</p>
        <Command text={command} />
      </>
    );
  return (
    <Loading loaded={loaded}>{(change) => <Told {...props} change={change} command={command} />}</Loading>
  );
}

type ToldProps = NumberBeforeProps & { readonly change: ChangeDocument; readonly command: string };

function Told({ insight, route, now, change, command }: ToldProps) {
  const before = numberBefore(insight, change, route, route.column ?? '');
  switch (before.state) {
    case 'same':
      return <p>The same: the part was computed again, and this row did not change.</p>;
    case 'absent':
      return <p>The row was not there: it is new.</p>;
    case 'no column':
      return <p>The column was not there.</p>;
    case 'unknown':
      return (
        <>
          <p>{before.why} Whoever runs Sluice may learn more with this:</p>
          <Command text={command} />
        </>
      );
    case 'known':
      return <OldAndNew old={before.cell} now={now} />;
  }
}

function OldAndNew({ old, now }: { readonly old: Cell; readonly now: Cell }) {
  if (old === now)
    return (
      <p>
        The same, <NumberText cell={old} />: other values of its row changed.
      </p>
    );
  return (
    <p class="before-after">
      <span class="old">
        <NumberText cell={old} />
      </span>
      <span aria-hidden="true">→</span>
      <span class="visually-hidden">became</span>
      <strong>
        <NumberText cell={now} />
      </strong>
      <DifferenceText difference={differenceOf(old, now)} percent={percentOf(old, now)} />
    </p>
  );
}
