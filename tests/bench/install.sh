#!/bin/bash
# Installs what the bench needs besides Chromium, ChromeDriver and Rust: Python and Node from Debian, and the two peers
# that usher is measured beside, from PyPI and npm, below target/bench. What is there already is left as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

REQUIREMENTS=tests/bench/selenium.txt
PLAYWRIGHT=1.65.1 # playwright-core: without a browser of its own
PYTHON=target/bench/python-$(sha256sum "$REQUIREMENTS" | cut -c 1-12)
NPM=target/bench/npm-$PLAYWRIGHT

packages=()
python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || packages+=(python3 python3-venv)
command -v node >/dev/null && command -v npm >/dev/null || packages+=(nodejs npm)
if [ ${#packages[@]} -gt 0 ]; then
  echo "installing ${packages[*]}" >&2
  sudo=$([ "$(id -u)" = 0 ] || command -v sudo)
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

# Made beside its place and moved there whole, so that one that was broken off is made again.
if [ ! -d "$PYTHON" ]; then
  echo "installing selenium" >&2
  rm -rf "$PYTHON.new"
  python3 -m venv "$PYTHON.new"
  "$PYTHON.new/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --requirement "$REQUIREMENTS"
  mv "$PYTHON.new" "$PYTHON"
fi
if [ ! -d "$NPM" ]; then
  echo "installing playwright-core $PLAYWRIGHT" >&2
  rm -rf "$NPM.new"
  mkdir -p "$NPM.new"
  echo '{"private": true}' >"$NPM.new/package.json"
  npm install --prefix "$NPM.new" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error "playwright-core@$PLAYWRIGHT" >&2
  mv "$NPM.new" "$NPM"
fi

# What the bench is begun with.
echo "env NODE_PATH=$PWD/$NPM/node_modules $PWD/$PYTHON/bin/python"
