#!/usr/bin/env bash
# Bring the browser of the end-to-end tests: Debian's chromium and a Chinese font. Does nothing when they are there.
set -euo pipefail

chromium="${ZT_CHROMIUM:-/usr/bin/chromium}"
if [ -x "$chromium" ] && fc-list 2>/dev/null | grep -qi "CJK"; then
  exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "Installing chromium and fonts-noto-cjk from Debian ..."
  log=$(mktemp)
  if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk fontconfig; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "make e2e: apt-get could not install chromium; see above." >&2
    exit 1
  fi
  exit 0
fi
cat >&2 <<'MESSAGE'
make e2e needs Chromium and a Chinese font, and cannot install them here.
  Debian or Ubuntu, as root:  apt-get install chromium fonts-noto-cjk
  Another browser binary:     ZT_CHROMIUM=/path/to/chromium make e2e
MESSAGE
exit 1
