// What Tab offers, by what is typed so far.
import { describe, expect, it } from 'vitest';
import { complete, type Names } from '../../lib/cli/completion.ts';

const NAMES: Names = {
  tables: [
    { name: 'sales', columns: ['day', 'till', 'amount', 'order'] },
    { name: 'Stores', columns: ['till', 'city name'] },
    { name: 'net-sums', columns: ['net.sum'] },
  ],
  reserved: new Set(['order', 'select', 'from']),
};
const COMMANDS = ['.tables', '.columns', '.help', '.exit'];
const offered = (line: string, before?: string) => complete(NAMES, COMMANDS, line, before)[0];

describe('Tab offers', () => {
  it('commands at the start of a line, and tables after .columns', () => {
    expect(offered('.')).toEqual(COMMANDS);
    expect(offered('  .c')).toEqual(['.columns']);
    expect(offered('.columns S')).toEqual(['sales', 'Stores']);
    expect(offered('.c', 'SELECT\n')).toEqual([]);
    expect(offered('SELECT .c')).toEqual([]);
  });

  it('tables where one is expected, in any case, with quotes where they are needed', () => {
    expect(offered('SELECT * FROM s')).toEqual(['sales', 'Stores']);
    expect(offered('select * from ST')).toEqual(['Stores']);
    expect(offered('FROM sales JOIN n')).toEqual(['"net-sums"']);
    expect(offered('FROM sales JOIN "n')).toEqual(['"net-sums"']);
    expect(offered('DESCRIBE sa')).toEqual(['sales']);
    expect(offered('sa', 'SELECT 1 FROM ')).toEqual(['sales']);
  });

  it('columns of the tables that the statement names, else of all', () => {
    expect(offered('SELECT til')).toEqual(['till']);
    expect(offered('SELECT ci', 'FROM sales ')).toEqual([]);
    expect(offered('SELECT ci', 'FROM stores\n')).toEqual(['"city name"']);
    expect(offered('FROM sales SELECT ord')).toEqual(['"order"', 'order']);
    expect(offered('FROM "net-sums" SELECT ne')).toEqual(['"net.sum"', '"net-sums"']);
  });

  it('columns of an owner, by name or by alias', () => {
    expect(offered('SELECT Stores.')).toEqual(['till', '"city name"']);
    expect(offered('SELECT "stores".c')).toEqual(['"city name"']);
    expect(offered('FROM sales s SELECT s.a')).toEqual(['amount']);
  });

  it('words of SQL as they are typed, and nothing after a blank', () => {
    expect(offered('SEL')).toEqual(['SELECT']);
    expect(offered('sel')).toEqual(['select']);
    expect(offered('SELECT ')).toEqual([]);
    expect(offered('')).toEqual([]);
  });

  it('no name that would reach the screen as something else', () => {
    const columns = ['till', 'ti\u001b[2J', 'ti\u202e', 'tide'];
    const hostile: Names = { tables: [{ name: 'a\nb', columns }], reserved: new Set() };
    expect(complete(hostile, COMMANDS, 'SELECT ti')[0]).toEqual(['till', 'tide', 'timestamp']);
    expect(complete(hostile, COMMANDS, 'FROM a')[0]).toEqual([]);
    expect(complete(hostile, COMMANDS, '.columns a')[0]).toEqual([]);
  });

  it('in place of the word that is typed', () => {
    expect(complete(NAMES, COMMANDS, 'SELECT sales.am')).toEqual([['amount'], 'am']);
    expect(complete(NAMES, COMMANDS, 'FROM "ne')).toEqual([['"net-sums"'], '"ne']);
  });
});
