// The dataset that most small lakes of tests have: sales, by day of their files' names.

/** `fields` come after the day; `words` are what else the contract says of it. */
export function salesByDay(fields: readonly object[], words: object = {}) {
  return {
    name: 'sales',
    path: 'sales/day=*/*.csv',
    partitionBy: ['day'],
    schema: { fields: [{ name: 'day', type: 'date' }, ...fields] },
    ...words,
  };
}
