// The words for what a file comes in: which members of an archive are read.
import type { Dataset } from '../core/contract.ts';
import { globProblem } from '../core/glob.ts';
import type { Place } from './place.ts';

export function parseInnerPath(innerPath: string | undefined, place: Place): Pick<Dataset, 'innerPath'> {
  if (innerPath === undefined) return {};
  const problem = globProblem(innerPath);
  if (problem !== undefined)
    place.refuse(
      `${JSON.stringify(innerPath)}: ${problem.replace('the landing bucket', "the archive's top")}`,
    );
  return { innerPath };
}
