#!/bin/sh
# Makes sure the browser tests have a Chromium: the system's, or Playwright's own, or one installed from the system's packages.
python=$1
"$python" -m tests.browser >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium from the system's packages for the browser tests …"
    apt-get update -qq >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core >/dev/null 2>&1
    "$python" -m tests.browser >/dev/null 2>&1 && exit 0
fi
echo "######################################################################################"
echo "NO BROWSER: the browser tests will be skipped. Install one, for example with"
echo "  apt-get install chromium     or     brew install --cask chromium"
echo "######################################################################################"
[ -z "$SOUNDINGS_REQUIRE_BROWSER" ]
