#!/usr/bin/env bash
# Removes the tests' private PostgreSQL cluster, stopping its server first if one still runs.
set -euo pipefail

dir=${CONVO_TEST_DIR:-${TMPDIR:-/tmp}/convo-test-$(id -u)}
dir=${dir%/}
die() { echo "reset_test_db: $*" >&2; exit 1; }

[[ -n $dir ]] || die "the root directory is not a test directory"
if [[ ! -e $dir && ! -L $dir ]]; then
  echo "reset_test_db: nothing to do, $dir does not exist"
  exit 0
fi
[[ -d $dir && ! -L $dir ]] || die "$dir is not a directory"
dir=$(cd "$dir" && pwd -P)

# The cluster is the directory itself or a folder in it. Anything else has a wrong CONVO_TEST_DIR.
clusters=()
for data in "$dir" "$dir"/*/; do
  data=${data%/}
  if [[ -f $data/PG_VERSION ]]; then clusters+=("$data"); fi
done
if ((${#clusters[@]} == 0)) && [[ ${dir##*/} != convo-test-* ]]; then
  die "$dir has no PostgreSQL cluster; not removing it"
fi

# A server's working directory is its data directory; the number in an old postmaster.pid may be anybody's by now.
serves() { [[ $(cat "/proc/$1/comm" 2>/dev/null) == postgres && $(readlink "/proc/$1/cwd") == "$2" ]]; }

for data in ${clusters[@]+"${clusters[@]}"}; do
  [[ -f $data/postmaster.pid ]] || continue
  pid=$(head -n 1 "$data/postmaster.pid")
  [[ $pid =~ ^[0-9]+$ ]] || continue
  serves "$pid" "$data" || continue
  echo "reset_test_db: stopping PostgreSQL ($pid)"
  for signal in INT QUIT; do # PostgreSQL's fast, then its immediate shutdown
    kill -s "$signal" "$pid" 2>/dev/null || true
    for ((i = 0; i < 50; i++)); do
      if ! serves "$pid" "$data"; then break 2; fi
      sleep 0.1
    done
  done
  if serves "$pid" "$data"; then die "PostgreSQL ($pid) does not stop"; fi
done

rm -rf "$dir"
echo "reset_test_db: removed $dir"
