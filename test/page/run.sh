#!/usr/bin/env bash
# The page in a real Chromium, and each of its numbers beside delta-rs: prepares .venv as the interop suite does, then runs the suite.
# "install" prepares and runs nothing; other arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v "${CHROMIUM:-chromium}" >/dev/null; then
  if [ "${1:-}" = install ] && command -v apt-get >/dev/null; then
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq chromium
  else
    echo 'The page suite needs Chromium: install it (on Debian and Ubuntu: apt install chromium), or name one in CHROMIUM.' >&2
    exit 1
  fi
fi
bash test/interop/run.sh install
if [ "${1:-}" = install ]; then exit; fi
SLUICE_PYTHON="$PWD/.venv/bin/python" exec npx vitest run --config test/page/vitest.config.ts "$@"
