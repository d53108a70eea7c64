#!/usr/bin/env bash
# Other readers of Delta and another validator of Table Schema against Sluice: prepares .venv with them, then runs the suites.
# "install" prepares and runs nothing; other arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/../.."

pins=(test/interop/requirements.txt test/interop/frictionless/requirements.txt)
if ! command -v python3 >/dev/null; then
  echo 'The interop suite reads the tables with Python, and there is no python3 on the PATH: install Python 3.11 or newer.' >&2
  exit 1
fi
if ! cat "${pins[@]}" | cmp -s - .venv/requirements.txt; then
  rm -rf .venv
  if ! python3 -m venv .venv; then
    echo 'python3 cannot make a virtual environment: install its venv module (on Debian and Ubuntu: apt install python3-venv).' >&2
    exit 1
  fi
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "${pins[@]/#/--requirement=}"
  cat "${pins[@]}" >.venv/requirements.txt
fi
if [ "${1:-}" = install ]; then exit; fi
SLUICE_PYTHON="$PWD/.venv/bin/python" exec npx vitest run --config test/interop/vitest.config.ts "$@"
