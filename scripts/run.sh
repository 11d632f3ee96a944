#!/usr/bin/env bash
# Installs what is missing, builds what has changed and starts Convo on http://localhost:5080.
# Arguments go to Convo: scripts/run.sh migrate
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
readonly output=Convo.Web/bin/Release/net10.0
readonly stamp=$output/.built-from

# A build that finds nothing to do still takes seconds, so what the last one was made from is remembered. Checksums
# rather than times, because they also notice a deleted file and a checkout of something older.
sources() {
  find . -maxdepth 1 -type f ! -name '*.md' -exec cksum {} +
  find Convo.Core Convo.Data Convo.Web db \( -name bin -o -name obj \) -prune -o -type f -exec cksum {} +
}
now=$(sources | LC_ALL=C sort | cksum)
if [[ ! -f $output/Convo.Web.dll || $now != "$(cat "$stamp" 2>/dev/null)" ]]; then
  echo "run: building"
  mkdir -p "$output"
  dotnet build Convo.Web -c Release -v q --nologo >"$output/.build.log" || { cat "$output/.build.log" >&2; exit 1; }
  echo "$now" >"$stamp"
fi

export ASPNETCORE_URLS=${ASPNETCORE_URLS:-http://localhost:5080}
export ASPNETCORE_ENVIRONMENT=${ASPNETCORE_ENVIRONMENT:-Production}
export ASPNETCORE_CONTENTROOT=${ASPNETCORE_CONTENTROOT:-$PWD/$output}
# exec: a stop signal has to reach Convo, which then finishes its turns and stops its database.
exec dotnet "$output/Convo.Web.dll" "$@"
