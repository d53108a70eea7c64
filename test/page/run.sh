#!/usr/bin/env bash
# The page in a real Chromium, and each of its numbers beside delta-rs: prepares .venv as the interop suite does, then runs the suite.
# "install" prepares and runs nothing, and installs Chromium where there is none; other arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/../.."

# As test/page/browser.ts looks for it.
has_chromium() {
  if [ -n "${CHROMIUM:-}" ]; then command -v "$CHROMIUM" >/dev/null; else
    [ -e /usr/bin/chromium ] || [ -e /usr/bin/chromium-browser ] || [ -e /usr/bin/google-chrome ]
  fi
}

install_chromium() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo -n); fi
  # Another program may hold apt's lock on a machine that has just started.
  "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq chromium
}

if ! has_chromium && [ "${1:-}" = install ] && [ -z "${CHROMIUM:-}" ] && command -v apt-get >/dev/null; then install_chromium; fi
if ! has_chromium; then
  echo "The page suite needs Chromium${CHROMIUM:+, and there is no $CHROMIUM}: install it (on Debian and Ubuntu: apt install chromium), or name one in CHROMIUM." >&2
  exit 1
fi
bash test/interop/run.sh install
if [ "${1:-}" = install ]; then exit; fi
SLUICE_PYTHON="$PWD/.venv/bin/python" exec npx vitest run --config test/page/vitest.config.ts "$@"
