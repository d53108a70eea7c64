#!/usr/bin/env bash
# Other readers of Delta against Sluice: prepares .venv with the pinned readers, then runs the suite.
# Arguments go to vitest.
set -euo pipefail
cd "$(dirname "$0")/../.."

pins=test/interop/requirements.txt
if ! command -v python3 >/dev/null; then
  echo 'The interop suite reads the tables with Python, and there is no python3 on the PATH: install Python 3.10 or newer.' >&2
  exit 1
fi
if ! command -v java >/dev/null; then
  echo 'Spark, one of the readers, runs on Java, and there is no java on the PATH: install Java 17 or 21.' >&2
  exit 1
fi
if ! cmp -s "$pins" .venv/requirements.txt; then
  rm -rf .venv
  if ! python3 -m venv .venv; then
    echo 'python3 cannot make a virtual environment: install its venv module (on Debian and Ubuntu: apt install python3-venv).' >&2
    exit 1
  fi
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$pins"
  cp "$pins" .venv/requirements.txt
fi
SLUICE_PYTHON="$PWD/.venv/bin/python" exec npx vitest run --config test/interop/vitest.config.ts "$@"
