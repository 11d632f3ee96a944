#!/usr/bin/env bash
# Runs the tests; installs what they need first. The last line is: N passed, N failed, N skipped
#   scripts/test.sh                             all
#   scripts/test.sh Usage TurnRunner            those with one of these words in Namespace.Class.Method
#   scripts/test.sh --filter-trait name=value   any option of the runner (--help lists them)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh --test

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
build=(dotnet build Convo.sln -c Release -v q --nologo)
# Build servers outlive the build; in CI nobody wants them, and they would hold its output open.
if [[ -n ${CI:-} ]]; then
  export MSBUILDDISABLENODEREUSE=1
  build+=(-p:UseSharedCompilation=false)
fi
echo "test: building"
"${build[@]}"

# Never somebody's real data: the tests start their own PostgreSQL and Redis.
unset DATABASE_URL REDIS_URL
export CONVO_TEST_DIR=${CONVO_TEST_DIR:-${TMPDIR:-/tmp}/convo-test-$(id -u)}
export CONVO_CHROMIUM=${CONVO_CHROMIUM:-$(command -v chromium || command -v google-chrome || echo /snap/bin/chromium)}
export PATH=$PATH:/usr/sbin # nginx

# No colours in a log.
plain=()
if [[ ! -t 1 ]]; then plain=(--ansi off); fi

arguments=("$@")
if [[ ${1:-} != -* ]]; then
  arguments=()
  for word in "$@"; do arguments+=(--filter-method "*${word//\*/}*"); done
fi

# The test program is its own runner. Its report has the totals; it writes none when it crashes.
report=$PWD/TestResults/tests.xml
rm -f "$report"
code=0
dotnet Convo.Tests/bin/Release/net10.0/Convo.Tests.dll --results-directory "${report%/*}" \
  --report-xunit-xml --report-xunit-xml-filename "${report##*/}" --timeout 60m \
  ${plain[@]+"${plain[@]}"} ${arguments[@]+"${arguments[@]}"} </dev/null || code=$?

# The sum of attribute $1 over the report's assemblies.
total() { sed -n 's/.*\(<assembly [^>]*>\).*/\1/p' "$report" | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ n += $1 } END { print n + 0 }'; }
passed=0 failed=0 skipped=0
if [[ -s $report ]]; then
  passed=$(total passed) skipped=$(total skipped)
  failed=$(($(total failed) + $(total errors))) # an error: a fixture that could not be cleaned up
fi
# A run that was cut short must not look like a good one (8: there was nothing to run).
if ((code != 0 && code != 8 && failed == 0)); then failed=1; fi
if ((failed > 0 && code == 0)); then code=1; fi
if ((passed + failed == 0)); then
  echo "test: no test ran" >&2
  if ((code == 0)); then code=8; fi
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$code"
