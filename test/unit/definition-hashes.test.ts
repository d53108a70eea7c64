// The hashes of the bundled definitions, which stand in the logs and tags of every lake: another hash makes all of a table's
// rows anew. They change with the definitions' own texts, and with nothing else.
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { openDuckDb } from '../../lib/adapters/duckdb.ts';
import { tablePrefix } from '../../lib/core/insight.ts';
import { loadCatalog } from '../../lib/definitions/load-catalog.ts';

async function hashes(schemas: string): Promise<Record<string, string>> {
  const engine = await openDuckDb({ threads: 1 });
  try {
    const { datasets, derivations } = await loadCatalog(resolve(schemas), engine);
    return Object.fromEntries([
      ...datasets.map(({ name, hash }) => [`contract ${name}`, hash]),
      ...derivations.map(({ target, hash }) => [tablePrefix(target), hash]),
    ]);
  } finally {
    engine.close();
  }
}

it('the bundled contracts and insights keep their hashes', async () => {
  expect(await hashes('schemas')).toEqual({
    'contract aeroplanes': '8663d1aed09459bf',
    'contract aeroplane_models': '2132c70e144f4720',
    'contract customers': 'a763f2ba17f10546',
    'contract customer_groups': '452decf1f1f2dfee',
    'contract orders': 'e43ca6edc0f79ec2',
    'contract trips': '1ddfcf875269c964',
    'contract billing': '879e4673a77bb155',
    'contract exchange_rates': '22690aada9effd58',
    'contract focus_costs': '72e07fb419917029',
    'tables/aeroplanes': '09d666ddb16b270b',
    'tables/aeroplane_models': 'a72fd22c8c198192',
    'tables/customers': 'e7a75a4c46e1b1e6',
    'tables/customer_groups': '5883731975b904e3',
    'tables/orders': 'e69632ef5fce1cf0',
    'tables/trips': '9cd36752af35b01c',
    'tables/exchange_rates': 'ac0fe762cee51c73',
    'tables/focus_costs': '006111fc22a46e2a',
    'insights/aeroplane_revenue': '2f18d0278fa56845',
    'insights/customer_activity': 'f499e863fdee995c',
    'insights/customer_revenue': '711eacb5b70c011d',
    'insights/dim_aeroplane': '987c5b64e1c87a75',
    'insights/dim_customers': '4ad36aec3619ae93',
    'insights/fact_orders': '0eec14df4366ae1d',
    'insights/fact_trips': '343a27a1ad0850ac',
    'insights/resource_daily': 'a9a0632fab6900af',
    'insights/resource_type_monthly': 'de8db7d6c2078308',
    'insights/user_daily': '74884f958e17e8e6',
    'insights/user_monthly': 'c922653a7cf7adfd',
    'insights/spend_by_month': 'f64f193ce8a3fb0a',
    'insights/spend_by_month_eur': 'edff68df364aaa5d',
    'insights/usage_daily': 'f3a19d4b4667c3fb',
    'insights/focus_daily': 'f27a8ae3ab0e3686',
    'insights/focus_accounts': '0679a31a10d2a0e4',
  });
});

it('and so do those of the tests, which use more words', async () => {
  expect(await hashes('test/schemas')).toEqual({
    'contract sales': 'fb2dad7009d4726c',
    'contract customers': '01dbf8014550acc7',
    'contract targets': '5074b1e3570ab382',
    'tables/customers': '1d89861fbd6a57f0',
    'tables/targets': 'bb374782c0312b6c',
    'insights/sales_daily': '2e3ce790b9d7a221',
    'insights/customer_days': '604b7812a027b8f1',
    'insights/city_totals': 'ee6f0d1e61c0f792',
    'insights/sales_ranked': '4468a53d82c55d5a',
  });
});
