// Counts, sizes, times, sentences and strangers' texts, as the page shows them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractAsText } from '../../lib/page/app/contract-text.ts';
import { moveWords } from '../../lib/page/app/parts/change-words.ts';
import { counted, countText, lengthText, sizeText } from '../../lib/page/app/parts/count-text.ts';
import { agoText, exactText, momentText } from '../../lib/page/app/parts/moment-text.ts';
import { ruleWords } from '../../lib/page/app/parts/rule-words.ts';
import { cutText, textRuns } from '../../lib/page/app/parts/shown-text.ts';
import { trendPoints } from '../../lib/page/app/parts/trend-points.ts';
import {
  headlinesFirst,
  isAllComputed,
  movedToday,
  type Standing,
  standingOf,
  todaySentence,
} from '../../lib/page/app/today-text.ts';
import type { InsightSummary } from '../../lib/page/documents.ts';
import type { SourceMove } from '../../lib/page/insight-documents.ts';

describe('counts', () => {
  it('have their thousands parted', () => {
    expect([0, 999, 1284, 1_234_567].map(countText)).toEqual(['0', '999', '1,284', '1,234,567']);
    expect([counted(1, 'file'), counted(1284, 'file'), counted(0, 'delivery', 'deliveries')]).toEqual([
      '1 file',
      '1,284 files',
      '0 deliveries',
    ]);
  });

  it('of bytes are in the unit that fits', () => {
    expect([0, 1, 999, 1000, 1234, 999_499, 999_500, 287_000_000, 5e15].map(sizeText)).toEqual([
      ...['0 bytes', '1 byte', '999 bytes', '1.0 kB', '1.2 kB', '999 kB', '1.0 MB', '287 MB', '5.0 PB'],
    ]);
  });

  it('of time are rounded down', () => {
    expect([0, 59_999, 60_000, 7_199_999, 86_400_000 * 3].map(lengthText)).toEqual([
      ...['less than a second', '59 seconds', '1 minute', '1 hour', '3 days'],
    ]);
  });
});

describe('moments', () => {
  const winter = '2024-01-03T23:05:11.250Z';

  it('are in the reader’s time zone, on both sides of a change of the clock', () => {
    expect(momentText(winter, 'UTC')).toBe('2024-01-03 23:05');
    expect(momentText(winter, 'Europe/Berlin')).toBe('2024-01-04 00:05');
    expect(momentText('2024-03-31T00:59:59Z', 'Europe/Berlin', true)).toBe('2024-03-31 01:59:59');
    expect(momentText('2024-03-31T01:00:00Z', 'Europe/Berlin', true)).toBe('2024-03-31 03:00:00');
  });

  it('have UTC beside them', () => {
    expect(exactText(winter, 'America/New_York')).toBe(
      '2024-01-03 18:05:11 (America/New_York), 2024-01-03 23:05:11 UTC',
    );
    expect(exactText(winter, 'UTC')).toBe('2024-01-03 23:05:11 UTC');
  });

  it('are so long ago', () => {
    const now = Date.parse('2024-03-01T00:00:00Z');
    const cases = [
      ['2024-02-29T23:59:55Z', 'just now'],
      ['2024-02-29T23:57:00Z', '3 minutes ago'],
      ['2024-02-29T22:00:00Z', '2 hours ago'],
      ['2024-02-01T00:00:00Z', '29 days ago'],
      ['2023-12-01T00:00:00Z', '2 months ago'],
      ['2021-01-01T00:00:00Z', '3 years ago'],
      ['2024-03-01T00:00:30Z', 'just now'],
      ['2024-03-01T02:00:00Z', 'in 2 hours'],
    ];
    expect(cases.map(([time = '']) => agoText(time, now))).toEqual(cases.map(([, words]) => words));
  });

  it('that are none stay as they are', () => {
    expect([momentText('soon', 'UTC'), agoText('soon', 0)]).toEqual(['soon', 'soon']);
  });
});

describe('strangers’ texts', () => {
  it('show what is hidden in them, and tell it from what is written so', () => {
    expect(textRuns('a\u202eb\\u202e\n')).toEqual([
      { text: 'a', isEscape: false },
      { text: '\\u202e', isEscape: true },
      { text: 'b\\u202e', isEscape: false },
      { text: '\\n', isEscape: true },
    ]);
    expect(textRuns('<script>alert(1)</script>')).toEqual([
      { text: '<script>alert(1)</script>', isEscape: false },
    ]);
  });

  it('lose nothing that can be seen', () => {
    const shown = fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{C}\u2028\u2029]/u.test(text));
    fc.assert(
      fc.property(shown, (text) => {
        expect(
          textRuns(text)
            .map((run) => run.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('are cut between characters', () => {
    expect(cutText('ab😀c', 3)).toBe('ab');
    expect(cutText('ab😀c', 4)).toBe('ab😀');
    expect(cutText('abc', 3)).toBe('abc');
  });
});

describe('the sentence on top', () => {
  const calm = {
    ...{ files: 1284, waiting: 0, late: 0, rejected: 0 },
    ...{ refusedRows: 0, stalePartitions: 0, behindPartitions: 0 },
  };

  it('names what is not well, apart from what goes on', () => {
    expect(
      todaySentence({
        ...{ files: 1284, waiting: 3, late: 1, rejected: 2 },
        ...{ refusedRows: 1, stalePartitions: 2, behindPartitions: 1 },
      }),
    ).toEqual({
      files: '1,284 files accounted for',
      troubles: ['1 file missing', '2 files refused', '1 row refused', '2 parts of numbers out of date'],
      underWay: ['3 waiting to be read', '1 part of numbers to be computed again'],
    });
  });

  it('is short where all is well', () => {
    expect(todaySentence(calm)).toEqual({ files: '1,284 files accounted for', troubles: [], underWay: [] });
  });
});

describe('what moved rows', () => {
  const move = (change: SourceMove['change']): SourceMove => ({
    ...{ dataset: 'd', source: change, change, oldRows: 1, newRows: 1, committedAt: null },
  });

  it('is not a file that was only read again', () => {
    expect(moveWords({ sources: [move('read again')], moreSources: 0, definitions: ['i'] })).toEqual([
      ...['the rules changed', '1 file was read again'],
    ]);
  });

  it('is every other one, and rules', () => {
    const sources = [move('new'), move('replaced'), move('read again'), move('read again')];
    expect(moveWords({ sources, moreSources: 3, definitions: [] })).toEqual([
      ...['5 files moved them', '2 files were read again'],
    ]);
    expect(moveWords({ sources: [], moreSources: 0, definitions: [] })).toEqual(['no file moved them']);
  });
});

describe('a rule that was broken', () => {
  it('is said in words, and by its name where there are none', () => {
    expect([ruleWords('enum'), ruleWords('toString')]).toEqual([
      ...['none of the values that are allowed', 'toString'],
    ]);
  });
});

describe('all is well', () => {
  const insight: InsightSummary = {
    ...{
      name: 'i',
      kind: 'insight',
      description: null,
      headline: false,
      state: 'well',
      rows: 0,
      partitions: 0,
    },
    ...{ stale: 0, warnings: 0, behind: 0, lastCommit: null, version: null, trend: [] },
    ...{ changesToday: 0, document: null },
  };
  const summary = {
    ...{ files: 1, waiting: 0, late: 0, rejected: 0 },
    ...{ refusedRows: 0, stalePartitions: 0, behindPartitions: 0 },
  };
  const calm: Standing = { summary, faults: [], datasets: [], insights: [insight] };

  it('only if everything is', () => {
    expect([standingOf(calm), isAllComputed(calm)]).toEqual(['well', true]);
    expect(standingOf({ ...calm, insights: [{ ...insight, state: 'fault' }] })).toBe('fault');
    expect(standingOf({ ...calm, summary: { ...summary, refusedRows: 1 } })).toBe('attention');
  });

  it('puts the headlines first and the histories of rows last', () => {
    const all = [
      { ...insight, name: 'history', kind: 'history' as const, changesToday: 1 },
      { ...insight, name: 'plain' },
      { ...insight, name: 'headline', headline: true, changesToday: 2 },
    ];
    expect(headlinesFirst(all).map(({ name }) => name)).toEqual(['headline', 'plain', 'history']);
    expect(movedToday(all).map(({ name }) => name)).toEqual(['headline', 'history']);
  });

  it('is not said of numbers of which that is not known', () => {
    expect(isAllComputed({ ...calm, insights: [{ ...insight, behind: null }] })).toBe(false);
    expect(isAllComputed({ ...calm, summary: { ...summary, behindPartitions: 1 } })).toBe(false);
  });
});

describe('a small line', () => {
  it('spans its box, and leaves out what is not known', () => {
    expect(trendPoints([null, 0, 10], 106, 26)).toEqual([
      { x: 53, y: 23 },
      { x: 103, y: 3 },
    ]);
  });

  it('is in the middle where nothing changed', () => {
    expect(trendPoints([7, 7], 96, 24).map(({ y }) => y)).toEqual([12, 12]);
  });
});

it('a contract is a text that can be sent', () => {
  const text = contractAsText({
    ...{ name: 'tickets', package: 'support', description: 'Closed tickets', lists: [], versions: [] },
    ...{ moreVersions: 0, refused: { byRule: [], ofFiles: 0, files: [], moreFiles: 0 } },
    contract: {
      file: [{ name: 'Format', text: 'CSV' }],
      fields: [
        {
          ...{ header: 'Team', name: 'team', description: 'Who closed it', type: 'a text', required: true },
          ...{ rules: ['one of "billing"'], examples: ['billing'] },
        },
      ],
      rules: [],
      example: 'Team\r\nbilling\r\n',
    },
  });
  expect(text).toBe(
    'Files of tickets\nClosed tickets\n\nFormat: CSV\n\nColumns\n- Team: a text; required; one of "billing"\n' +
      '    Who closed it\n    For example: billing\n\nExample\n    Team\n    billing\n',
  );
});
