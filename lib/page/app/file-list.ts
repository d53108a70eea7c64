// Which of a dataset's lists a file stands in, where only its name is known. Pure.
import type { FileList } from '../dataset-documents.ts';

/** The likeliest first: those whose month is in the file's name, then the newest. */
export function likelyLists(lists: readonly FileList[], source: string): readonly FileList[] {
  const digits = source.replace(/\D+/g, ' ');
  const isNamed = ({ label }: FileList) => {
    const [year = '', month = ''] = label.split('-');
    const named = new RegExp(`(?:^|\\D)${year} ?${month.replace(/^0/, '0?')}`);
    return year !== '' && named.test(digits);
  };
  return [...lists.filter(isNamed), ...lists.filter((list) => !isNamed(list))];
}
