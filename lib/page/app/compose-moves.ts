// Which files several versions in a row moved together: of each file the first old and the last new state. Pure.
import type { ChangeDocument, SourceMove } from '../insight-documents.ts';

type Moves = Pick<ChangeDocument, 'sources' | 'moreSources'>;

/** `changes`: the oldest first. A file that came and went is not among them. */
export function composeMoves(changes: readonly Moves[]): Moves {
  const files = new Map<string, SourceMove[]>();
  for (const move of changes.flatMap(({ sources }) => sources)) {
    const id = JSON.stringify([move.dataset, move.source]);
    files.set(id, [...(files.get(id) ?? []), move]);
  }
  return {
    sources: [...files.values()].flatMap(composed),
    moreSources: changes.reduce((total, { moreSources }) => total + moreSources, 0),
  };
}

function composed(moves: readonly SourceMove[]): SourceMove[] {
  const [first, last] = [moves[0], moves.at(-1)];
  if (first === undefined || last === undefined) return [];
  const [wasThere, isThere] = [first.change !== 'new', last.change !== 'withdrawn'];
  if (!wasThere && !isThere) return [];
  return [
    {
      ...last,
      change: !wasThere ? 'new' : !isThere ? 'withdrawn' : between(moves),
      oldRows: first.oldRows,
      newRows: last.newRows,
    },
  ];
}

function between(moves: readonly SourceMove[]): SourceMove['change'] {
  return moves.every(({ change }) => change === 'read again') ? 'read again' : 'replaced';
}
