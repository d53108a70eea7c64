// The pure parts of a draft: names out of labels and files, globs that tell files apart, headers, and the text of a package.
import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../lib/core/glob.ts';
import { looksLikeHeader } from '../../lib/draft/header.ts';
import { keyFor, landingGlob } from '../../lib/draft/landing-path.ts';
import { datasetName, fieldName } from '../../lib/draft/names.ts';
import { packageText, withResources } from '../../lib/draft/package-text.ts';

describe('names', () => {
  it.each([
    ['Price (EUR)', 'price_eur'],
    ['customerId', 'customer_id'],
    ['HTTPStatus', 'http_status'],
    ['Größe', 'grosse'],
    ['Œuvre Łódź', 'oeuvre_lodz'],
    ['日付', '日付'],
    ['2024', '_2024'],
    ['--', 'column_4'],
    ['select', 'select_field'],
    ['file_row_number', 'file_row_number_field'],
    ['_sluice_x', 'sluice_x'],
  ])('of the column %j: %s', (label, name) => {
    expect(fieldName(label, 3, new Set(['select']), new Set())).toBe(name);
  });

  it('are unique whatever their case', () => {
    const taken = new Set<string>();
    const names = ['ID', 'id', 'Id_2', 'i-d'].map((label, i) => fieldName(label, i, new Set(), taken));
    expect(names).toEqual(['id', 'id_2', 'id_2_2', 'i_d']);
  });

  it.each([
    [['in/orders-2024-01.csv', 'in/orders-2024-02.csv'], 'orders'],
    [['in/orders20240131.csv.gz'], 'orders'],
    [['shop/day=2024-01-01/part-0000.csv'], 'shop'],
    [['shop/sales/a.csv', 'shop/sales/b.csv'], 'sales'],
    [['x/open orders.csv', 'x/open tickets.csv'], 'open'],
    [['2024.csv'], 'data'],
    [['in/3d prints.csv'], 't_3d_prints'],
    [['in/日付.csv'], 'in'],
  ])('of the dataset of %j: %s', (paths, name) => {
    expect(datasetName(paths)).toBe(name);
  });
});

describe('the path', () => {
  it.each([
    [['a/x.csv', 'a/y.csv'], [], 'a/*.csv'],
    [['a/year=2024/x.csv', 'a/year=2025/y.csv'], [], 'a/year=*/*.csv'],
    [['a/x.csv', 'a/b/y.csv'], [], 'a/**/*.csv'],
    [['a/b/x.csv', 'a/c/x.csv'], [], 'a/*/*.csv'],
    [['a/orders-1.csv', 'a/orders-2.csv'], ['a/customers-1.csv'], 'a/orders*.csv'],
    [['a/x.csv', 'a/y.csv'], ['a/xx.csv'], 'a/{x.csv,y.csv}'],
    [['a/[1]*.csv'], [], 'a/*.csv'],
    [['a{b}/x.csv'], [], 'a?b?/*.csv'],
  ])('of %j beside %j: %s', (keys, others, glob) => {
    expect(landingGlob(keys, others)).toBe(glob);
    const matches = globMatcher(glob);
    expect([keys.every(matches), others.some(matches)]).toEqual([true, false]);
  });

  it('of a sample elsewhere keeps its folders name=value alone', () => {
    expect(keyFor('sales', 'home/me/year=2024/in/a.csv')).toBe('sales/year=2024/a.csv');
  });
});

describe('a header', () => {
  it.each([
    [['id', 'name'], [['1', 'x']], true],
    [['1', 'x'], [['2', 'y']], false],
    [['country', '2023', '2024'], [['DE', '1.5', '2.5']], true],
    [['year', '2023'], [['DE', '2024']], false],
    [['name'], [['x'], ['y']], true],
    [['a', 'b'], [], true],
    [['2024-01-01', 'x'], [['2024-01-02', 'y']], false],
  ])('%j above %j: %s', (first, others, isHeader) => {
    expect(looksLikeHeader(first, others).isHeader).toBe(isHeader);
  });
});

describe('the text of a package', () => {
  const resource = (name: string) => ({ name, path: `${name}/*.csv`, schema: { fields: [{ name: 'a' }] } });

  it('is JSON of what was drafted', () => {
    expect(JSON.parse(packageText('p', [resource('x')]))).toEqual({ name: 'p', resources: [resource('x')] });
  });

  it.each([
    ['{"resources": [{"name": "old"}]}'],
    [
      '{"title": "resources", "sources": [["resources"]],\r\n "resources": [\r\n  {"name": "old", "keywords": ["]"]}\r\n ]\r\n}',
    ],
    ['{"resources": [{"name": "old", "resources": [1]}], "x": {"resources": []}}'],
  ])('takes one more resource: %s', (text) => {
    const longer = withResources(text, [resource('x')]) ?? '';
    const before = JSON.parse(text);
    expect(JSON.parse(longer)).toEqual({ ...before, resources: [...before.resources, resource('x')] });
    expect(longer.replace(/\r\n/g, '').includes('\n')).toBe(!text.includes('\r\n'));
  });

  it('is left alone where it has no list of resources', () => {
    expect(withResources('{"resources": {}}', [resource('x')])).toBeUndefined();
  });
});
