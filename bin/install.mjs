// Installs the dependencies where they are missing or older than package-lock.json, so that a fresh clone just runs.
// Plain JavaScript: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = [20, 19];
const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = join(folder, 'package-lock.json');
const installed = join(folder, 'node_modules', '.package-lock.json');

/** Ends the process with a sentence where Node is too old or the installation fails. */
export function install() {
  requireNode();
  if (isInstalled()) return;
  refuseLink();
  alone(() => {
    // Another process may have installed them meanwhile.
    if (!isInstalled()) installAll();
  });
}

/** Runs `work` while no other process of this checkout does: of two at once npm would let one empty the other's folder. */
function alone(work) {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const lock = join(tmpdir(), `sluice-install-${name}`);
  for (let tries = 1; !taken(lock); tries++) {
    if (tries === PATIENT_TRIES)
      process.stderr.write(
        `Another process is installing the dependencies of ${folder}: waiting for it (${lock}) …\n`,
      );
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

const PAUSE_MS = 200;
const PATIENT_TRIES = 5;
/** No installation takes that long: another program has the number of the process by now. */
const STALE_MS = 15 * 60 * 1000;

/** False while another process holds it; what one left that ended without removing it is removed. */
function taken(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isHeld(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isHeld(lock) {
  if (Date.now() - (modifiedMs(lock) ?? 0) > STALE_MS) return false;
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function installAll() {
  process.stderr.write('Installing the dependencies (once, from package-lock.json) …\n');
  const started = Date.now();
  const { status, error } = npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status !== 0) {
    const reason = error ? `: ${error.message}` : '';
    process.stderr.write(`The installation failed${reason}. Run "npm ci" in ${folder} to see why.\n`);
    process.exit(1);
  }
  process.stderr.write(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}

/** Through a link npm would empty the folder of another checkout. */
function refuseLink() {
  const modules = join(folder, 'node_modules');
  if (!lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  process.stderr.write(
    `${modules} is a link, and what it leads to is not what package-lock.json asks for: remove the link and run this again, or run "npm ci" where it leads.\n`,
  );
  process.exit(1);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  process.stderr.write(
    `Sluice needs Node ${OLDEST_NODE.join('.')} or newer, and this is Node ${process.versions.node}: see https://nodejs.org/en/download.\n`,
  );
  process.exit(1);
}

function isInstalled() {
  const [before, after] = [modifiedMs(wanted), modifiedMs(installed)];
  if (after === undefined) return false;
  if (before === undefined || before <= after) return true;
  // A checkout touches the file without changing it: what it asks for decides.
  if (!holdsAll()) return false;
  utimesSync(installed, new Date(), new Date());
  return true;
}

function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function holdsAll() {
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  const asked = Object.entries(JSON.parse(readFileSync(wanted, 'utf8')).packages);
  return asked.every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = present[path];
    return found === undefined
      ? optional === true
      : found.version === version && found.integrity === integrity;
  });
}

function npm(args) {
  const own = process.env.npm_execpath;
  const options = { cwd: folder, stdio: 'inherit' };
  if (own && /npm-cli\.[cm]?js$/.test(own)) return spawnSync(process.execPath, [own, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) install();
