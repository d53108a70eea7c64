// Which samples belong together: one kind per format, dialect, set of labels and set of partition folders. Pure.
import type { Encoding } from '../core/contract.ts';
import type { KnownSample } from './sample.ts';

export type Kind = {
  readonly samples: readonly KnownSample[];
  readonly encoding: Encoding;
  /** Of all its samples, in order of appearance. */
  readonly labels: readonly string[];
};

export function kindsOf(samples: readonly KnownSample[]): Kind[] {
  const groups: KnownSample[][] = [];
  for (const sample of samples) {
    const group = groups.find(([first]) => first !== undefined && isSameKind(first, sample));
    if (group === undefined) groups.push([sample]);
    else group.push(sample);
  }
  return groups.flatMap(byEncoding);
}

function isSameKind(one: KnownSample, other: KnownSample): boolean {
  const how = ({ format, dialect, folders, hasHeader }: KnownSample) =>
    JSON.stringify([format, dialect, [...folders].sort(), hasHeader]);
  if (how(one) !== how(other)) return false;
  const [a, b] = [new Set(one.labels), new Set(other.labels)];
  const [less, more] = a.size <= b.size ? [a, b] : [b, a];
  // A JSON record leaves out what it does not have.
  const isWithin = [...less].every((label) => more.has(label));
  return (
    isWithin && (one.format !== 'csv' || (a.size === b.size && one.labels.length === other.labels.length))
  );
}

/** A contract has one encoding; plain ASCII goes with any. */
function byEncoding(samples: readonly KnownSample[]): Kind[] {
  const encodings = [...new Set(samples.filter(({ isAscii }) => !isAscii).map(({ encoding }) => encoding))];
  const [first = 'utf-8'] = encodings;
  return [first, ...encodings.slice(1)].map((encoding) => {
    const own = samples.filter((sample) =>
      sample.isAscii ? encoding === first : sample.encoding === encoding,
    );
    // What was seen of the encoding is that of the last sample.
    own.sort((a, b) => Number(b.isAscii) - Number(a.isAscii));
    return { samples: own, encoding, labels: [...new Set(own.flatMap(({ labels }) => labels))] };
  });
}
