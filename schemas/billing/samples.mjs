// Writes the billing samples beside this file: `node schemas/billing/samples.mjs`. The same bytes on every machine:
// a seeded generator and IEEE multiplication alone, no logarithms, clocks or time zones.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const COLUMNS =
  'timestamp,resource_id,user_id,credit_usage,region,service_tier,operation_type,success,resource_type,invoice_id,currency,year,month,day';
const ROWS_OF_DAY = [5000, 5127, 4893];
const USERS = 300;
const RESOURCES = 700;
const REGIONS = [
  { name: 'us-chi1', currency: 'USD' },
  { name: 'us-nyc1', currency: 'USD' },
  { name: 'fi-hel1', currency: 'EUR' },
  { name: 'de-fra1', currency: 'EUR' },
  { name: 'jp-tyo1', currency: 'JPY' },
  { name: 'sg-sin1', currency: 'USD' },
];
const TIERS = ['standard', 'standard', 'standard', 'basic', 'basic', 'premium'];
const TIER_FACTOR = { basic: 1, standard: 2, premium: 5 };
const RESOURCE_TYPES = [
  'server',
  'server',
  'server',
  'storage',
  'storage',
  'database',
  'load_balancer',
  'gpu',
];
const OPERATIONS = [
  'read',
  'read',
  'read',
  'read',
  'update',
  'update',
  'create',
  'delete',
  'resize',
  'snapshot',
];
const MICROS_OF_OPERATION = {
  read: 800,
  update: 6000,
  create: 90_000,
  delete: 0,
  resize: 41_000,
  snapshot: 27_500,
};

/** Mulberry32: 32 bits of state, a fraction of 1. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const random = seeded(20240101);
const below = (limit) => Math.floor(random() * limit);
const pick = (items) => items[below(items.length)];
/** A few low numbers often, most numbers seldom. */
const skewed = (limit) => {
  const fraction = random();
  return Math.floor(limit * fraction * fraction * fraction);
};
const digits = (number, width) => String(number).padStart(width, '0');

function uuid() {
  const hex = Array.from({ length: 32 }, () => below(16).toString(16));
  hex[12] = '4';
  hex[16] = pick(['8', '9', 'a', 'b']);
  const text = hex.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
}

const users = Array.from({ length: USERS }, (_, i) => ({
  id: 1000 + i * 7,
  region: pick(REGIONS),
  tier: pick(TIERS),
}));
const resources = Array.from({ length: RESOURCES }, () => {
  const owner = users[skewed(USERS)];
  const region = random() < 0.85 ? owner.region : pick(REGIONS);
  return { id: uuid(), owner, region, type: pick(RESOURCE_TYPES) };
});

/** Micro-credits as a decimal text without trailing zeros: 1500 → -0.0015 */
function credits(micros) {
  if (micros === 0) return '0';
  const fraction = digits(micros % 1_000_000, 6).replace(/0+$/, '');
  return `-${Math.floor(micros / 1_000_000)}${fraction === '' ? '' : `.${fraction}`}`;
}

function usage(operation, tier, currency, success) {
  if (!success && random() < 0.7) return 0;
  const micros = Math.floor(
    MICROS_OF_OPERATION[operation] * TIER_FACTOR[tier] * (0.25 + 3 * random() * random()),
  );
  if (currency === 'JPY') return Math.floor(micros / 10_000) * 1_480_000 + micros;
  return random() < 0.1 ? Math.floor(micros / 1000) * 1000 : micros;
}

function operationRow(day, secondOfDay) {
  const resource = resources[skewed(RESOURCES)];
  // A resource is mostly used by its owner, at times by somebody else.
  const user = random() < 0.9 ? resource.owner : users[skewed(USERS)];
  const currency = resource.region.currency;
  const operation = pick(OPERATIONS);
  const success = random() >= 0.04;
  const micros = usage(operation, user.tier, currency, success);
  const clock = [Math.floor(secondOfDay / 3600), Math.floor(secondOfDay / 60) % 60, secondOfDay % 60];
  const fraction = random() < 0.8 ? `.${digits(below(1000), 3)}` : '';
  return {
    timestamp: `2024-01-${digits(day, 2)} ${clock.map((part) => digits(part, 2)).join(':')}${fraction}`,
    resource_id: resource.id,
    user_id: String(user.id),
    credit_usage: credits(micros),
    region: resource.region.name,
    service_tier: user.tier,
    operation_type: operation,
    success: String(success),
    resource_type: resource.type,
    invoice_id: `INV-202401-${digits(user.id, 5)}-${currency}`,
    currency,
    year: '2024',
    month: '1',
    day: String(day),
  };
}

const line = (row) => Object.values(row).join(',');

function dayLines(day, count) {
  const seconds = Array.from({ length: count }, () => Math.floor((86_400 * (random() + random())) / 2)).sort(
    (a, b) => a - b,
  );
  return seconds.map((second) => line(operationRow(day, second)));
}

/** Each fault changes one thing of a good row (the last one two); good rows stand between them. */
const FAULTS = [
  (row) => line({ ...row, user_id: 'u-1042' }),
  (row) => line({ ...row, user_id: '1.5' }),
  (row) => line({ ...row, credit_usage: '-0.1234567' }),
  (row) => line({ ...row, credit_usage: '"-1,234.50"' }),
  (row) => line({ ...row, credit_usage: '0.000001' }),
  (row) => line({ ...row, timestamp: '2024-02-30 12:00:00' }),
  (row) => line({ ...row, timestamp: '2024-01-03 12:00:00.1234567' }),
  (row) => line({ ...row, currency: 'GBP' }),
  (row) => line({ ...row, region: '' }),
  (row) => line({ ...row, resource_id: row.resource_id.slice(0, -1) }),
  (row) => line({ ...row, success: 'yes' }),
  (row) => line({ ...row, month: '2' }),
  (row) => line(row).split(',').slice(0, -3).join(','),
  (row) => `${line(row)},surplus`,
  (row) => line({ ...row, user_id: '', currency: 'usd' }),
];

function faultyLines() {
  const row = () => operationRow(3, 43_200 + below(3600));
  const quoted = { ...row(), invoice_id: '"INV-202401-CORRECTED, see\nINV-202312-CORRECTED"' };
  const broken = FAULTS.flatMap((fault) => [line(row()), fault(row())]);
  const shouted = { ...row(), resource_id: uuid().toUpperCase() };
  return [...broken, line(quoted), line(shouted)];
}

function write(day, name, lines) {
  const path = join(
    import.meta.dirname,
    `samples/dwh-fina/billing/year=2024/month=01/day=${digits(day, 2)}/${name}`,
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${[COLUMNS, ...lines].join('\n')}\n`);
}

ROWS_OF_DAY.forEach((count, i) => {
  write(i + 1, 'billing.csv', dayLines(i + 1, count));
});
write(3, 'faults.csv', faultyLines());

/** Round numbers that look like rates, not those of any bank. */
const RATES = ['2024-01,EUR,1', '2024-01,USD,0.917', '2024-01,JPY,0.00627'];
const rates = join(import.meta.dirname, 'samples/dwh-fina/exchange_rates');
mkdirSync(rates, { recursive: true });
writeFileSync(join(rates, '2024-01.csv'), `${['month,currency,rate_to_eur', ...RATES].join('\n')}\n`);
