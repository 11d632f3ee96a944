#!/usr/bin/env bash
# Installs what Convo needs and this machine lacks: a PostgreSQL server with pgvector.
# With --test also what the tests need: Chromium, an emoji font, nginx, redis-server, tesseract, poppler, Node.js and the packages of Convo.Tests/Node.
# Debian 12/13 and Ubuntu 22.04/24.04. Run it as often as you like: it does only what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly min_postgres=15
readonly min_pgvector=0.8.2     # below it a parallel HNSW build can overflow (CVE-2026-3172)
readonly oldest_pgvector=0.8.0  # still does its work, without parallel index builds

for_tests=false
case "${1:-}" in
  '') ;;
  --test) for_tests=true ;;
  *) echo "usage: scripts/setup.sh [--test]" >&2; exit 2 ;;
esac

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$@" >&2; exit 1; }
version_ge() { printf '%s\n' "$2" "$1" | sort -V -C; }

# ---- what is here -------------------------------------------------------------------------------

# The major version of the newest server installed, or nothing.
postgres_installed() {
  local bin major best=0
  for bin in /usr/lib/postgresql/*/bin; do
    major=${bin#/usr/lib/postgresql/}
    major=${major%/bin}
    [[ $major =~ ^[0-9]+$ && -x $bin/postgres && -x $bin/initdb ]] || continue
    if ((major >= min_postgres && major > best)); then best=$major; fi
  done
  if ((best)); then echo "$best"; fi
}

vector_control() { echo "/usr/share/postgresql/$1/extension/vector.control"; }

# The version of pgvector that PostgreSQL $1 would load, or nothing.
pgvector_installed() {
  [[ -n $1 && -e /usr/lib/postgresql/$1/lib/vector.so ]] || return 0
  sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" "$(vector_control "$1")" 2>/dev/null || true
}

# An older pgvector is kept where there was nothing better: a package's always (its files are not ours to
# overwrite), one that we built for a week, then a newer one is looked for again.
pgvector_acceptable() {
  local have
  have=$(pgvector_installed "$1")
  [[ -n $have ]] || return 1
  version_ge "$have" "$min_pgvector" && return 0
  version_ge "$have" "$oldest_pgvector" || return 1
  dpkg -S "$(vector_control "$1")" >/dev/null 2>&1 || [[ -n $(find "$(vector_control "$1")" -mtime -7) ]]
}

# Ubuntu's /usr/bin/chromium-browser only points at the snap, so it does not count.
chromium_installed() {
  command -v chromium || command -v google-chrome || command -v /snap/bin/chromium
}

has_package() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

missing=()
find_missing() {
  missing=()
  # With a database of its own, Convo starts no PostgreSQL here; the tests always do.
  if $for_tests || [[ -z ${DATABASE_URL:-} ]]; then
    major=$(postgres_installed)
    if [[ -z $major ]]; then missing+=(postgresql); fi
    if ! pgvector_acceptable "$major"; then missing+=(pgvector); fi
  fi
  if $for_tests; then
    if ! chromium_installed >/dev/null; then missing+=(chromium); fi
    if ! has_package fonts-noto-color-emoji; then missing+=(fonts-noto-color-emoji); fi
    if [[ ! -x /usr/sbin/nginx ]]; then missing+=(nginx); fi
    if ! command -v redis-server >/dev/null; then missing+=(redis-server); fi
    if ! command -v tesseract >/dev/null; then missing+=(tesseract-ocr); fi
    if ! command -v pdftoppm >/dev/null; then missing+=(poppler-utils); fi
    if ! command -v node >/dev/null; then missing+=(nodejs); fi
    if ! command -v npm >/dev/null; then missing+=(npm); fi
  fi
}
is_missing() { [[ " ${missing[*]-} " == *" $1 "* ]]; }

# npm's note of what it installed is as new as the lock file it was made from, unless that has changed since.
install_node_packages() {
  local folder=Convo.Tests/Node output
  if [[ $folder/node_modules/.package-lock.json -nt $folder/package-lock.json ]]; then return; fi
  say "npm ci in $folder"
  if ! output=$(npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts 2>&1 </dev/null); then
    die "npm ci in $folder failed:" "$(tail -n 20 <<<"$output")"
  fi
  touch "$folder/node_modules/.package-lock.json"
}

# Last, because an administrator who installs the rest may have no .NET of his own.
finish() {
  local sdk have line
  if $for_tests; then install_node_packages; fi
  sdk=$(dotnet --version 2>&1 || true)
  if [[ $sdk != 10.0.* ]]; then
    die "the .NET SDK 10.0 is missing. 'dotnet --version' says: $(head -n 1 <<<"$sdk")" \
      "Install it: on Ubuntu 'apt-get install dotnet-sdk-10.0', elsewhere by Microsoft's guide 'Install .NET on Linux'" \
      "(SDK 10.0), see to it that 'dotnet' is in PATH, and start this again. Or use Docker: docker compose up"
  fi
  line=".NET SDK $sdk"
  if [[ -n ${major:-} ]]; then
    have=$(pgvector_installed "$major")
    line+=", PostgreSQL $major, pgvector $have"
    if ! version_ge "$have" "$min_pgvector"; then
      say "NOTICE: pgvector $have is older than $min_pgvector (CVE-2026-3172): index builds have to run with" \
        "max_parallel_maintenance_workers = 0, which is slower."
    fi
  fi
  say "ready: $line"
  exit 0
}

find_missing
if ((${#missing[@]} == 0)); then finish; fi

# ---- may we install -----------------------------------------------------------------------------

os_release=${CONVO_OS_RELEASE:-/etc/os-release} # the tests of this script set it
ID='' VERSION_CODENAME=''
# shellcheck disable=SC1090 # the system's file
if [[ -r $os_release ]]; then . "$os_release"; fi
case $ID in
  debian)
    origin=Debian component=main newest=sid older=trixie keyring=/usr/share/keyrings/debian-archive-keyring.gpg ;;
  ubuntu)
    origin=Ubuntu component=universe newest=devel older=resolute keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg ;;
  *) ID='' ;;
esac
if [[ -z $ID ]] || ! command -v apt-get >/dev/null; then
  die "missing: ${missing[*]}. This script can install on Debian and Ubuntu only." \
    "Here, either use Docker (Dockerfile and compose.yaml are in $PWD): docker compose up" \
    "or set DATABASE_URL to a PostgreSQL >= $min_postgres that has pgvector >= $min_pgvector and start scripts/run.sh." \
    "(On Windows use Docker, or WSL with Debian or Ubuntu. The tests need Debian or Ubuntu.)"
fi

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }
# Without a terminal nobody could answer sudo's question for the password.
can_sudo() { command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; }
package_names() {
  local item
  for item in "${missing[@]}"; do
    if [[ $item == pgvector ]]; then item="postgresql-${major:-NN}-pgvector"; fi
    printf ' %s' "$item"
  done
}
if ((EUID != 0)) && ! can_sudo; then
  flag=''
  if $for_tests; then flag=' --test'; fi
  die "missing: ${missing[*]}. You are not root and there is no sudo to use." \
    "An administrator has to run, once, as root:" "    bash '$PWD/scripts/setup.sh'$flag" \
    "or, where apt's PostgreSQL and pgvector are new enough (>= $min_postgres and >= $min_pgvector):" \
    "    apt-get update && apt-get install --no-install-recommends$(package_names)" "Then start this again."
fi

# ---- install ------------------------------------------------------------------------------------

tmp=$(mktemp -d)
chmod 755 "$tmp" # apt downloads as its own user
log=$tmp/log
readonly policy=/usr/sbin/policy-rc.d no_cluster=/etc/postgresql-common/createcluster.d/convo.conf
undo=()
# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  local file
  for file in "${undo[@]-}"; do
    if [[ -n $file ]]; then as_root rm -f "$file"; fi
  done
  rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Runs a command quietly; its output is shown when it fails.
quietly() { "$@" >"$log" 2>&1 </dev/null || { tail -n 40 "$log" >&2; return 1; }; }

lists_fresh=false
update_lists() {
  if $lists_fresh; then return; fi
  say "apt-get update"
  quietly as_root apt-get update -qq || say "apt-get update failed; going on with the lists that are here"
  lists_fresh=true
}

apt_install() {
  update_lists
  say "apt-get install $*"
  quietly as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get install -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Options::=--force-confold "$@" ||
    die "apt-get could not install: $*"
}

candidate() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'; }
distribution_postgres() { LC_ALL=C apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p'; }

# For as long as this script runs: no package starts a service (nginx would take port 80) ...
hold_services() {
  if [[ -e $policy ]]; then return; fi
  undo+=("$policy")
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}

# ... and PostgreSQL's package creates no cluster of its own, unless the administrator wants that.
hold_cluster() {
  if grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf; then return; fi
  undo+=("$no_cluster")
  as_root mkdir -p "${no_cluster%/*}"
  echo 'create_main_cluster = false' | as_root tee "$no_cluster" >/dev/null
}

install_postgres() {
  local helper
  update_lists
  major=$(distribution_postgres)
  if ((${major:-0} < min_postgres)); then
    # Ubuntu 22.04 has 14; its own package brings the helper that adds the PostgreSQL project's apt source.
    say "PostgreSQL here would be ${major:-none}: adding the PostgreSQL project's apt source with the distribution's helper"
    apt_install postgresql-common
    helper=$(find /usr/share/postgresql-common/pgdg -name '*.sh' 2>/dev/null || true)
    quietly as_root sh "$helper" -y || die "'$helper' failed; PostgreSQL >= $min_postgres is needed"
    lists_fresh=false
    update_lists
    major=$(distribution_postgres)
    ((${major:-0} >= min_postgres)) || die "apt has no PostgreSQL >= $min_postgres"
  fi
  apt_install "postgresql-$major"
}

install_pgvector() {
  local package="postgresql-$major-pgvector" have offered
  update_lists
  offered=$(candidate "$package")
  if [[ -n $offered ]] && version_ge "${offered%%-*}" "$min_pgvector"; then
    apt_install "$package"
    return
  fi
  have=$(pgvector_installed "$major")
  if has_package "$package"; then
    die "$package $have is too old and there is no newer package." \
      "Remove it (apt-get remove $package) and start this again: a newer one is then built from source."
  fi
  say "no package of pgvector >= $min_pgvector for PostgreSQL $major (apt has: ${offered:-none}): building from source"
  apt_install build-essential "postgresql-server-dev-$major"
  if fetch_pgvector; then
    build_pgvector
  elif [[ -n $have ]] && version_ge "$have" "$oldest_pgvector"; then
    as_root touch "$(vector_control "$major")" # look again in a week
  else
    die "no source of pgvector could be downloaded from this machine's package mirror." \
      "Install pgvector >= $min_pgvector for PostgreSQL $major by hand, or set DATABASE_URL to a server that has it."
  fi
}

# Leaves the source in $tarball. Everything comes from the archive that this machine installs from, so no other
# host is asked; apt itself tells which one that is, whatever form its sources have.
fetch_pgvector() {
  # shellcheck disable=SC2016 # apt's format, not the shell's
  archive=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk -v origin="$origin" -v codename="$VERSION_CODENAME" \
      '$1 == origin && $2 == codename && $3 !~ /-/ && $4 == "main" && !n++ { print $5 }')
  if [[ $archive == mirror+file:* ]]; then archive=$(awk '/^[^#]/ && !n++ { print $1 }' "${archive#mirror+file:}"); fi
  archive=${archive%/}
  [[ -n $archive ]] || return 1
  # The newest; a mirror's index can be ahead of its files, so two known ones follow, then an older release's.
  fetch_signed "$newest" "$min_pgvector" ||
    fetch_known 0.8.6 25c9b78cfdaa43c66788d7490246ac24e4fe1c86f19c4b60c089b723f84a4a0d ||
    fetch_known 0.8.2 69f4019389af05dc1c9548deb8628e62878e6e207c03907f2b8af2016472cdaa ||
    fetch_signed "$older" "$oldest_pgvector"
}

# From release $1 through an apt of its own (the machine's sources stay as they are): apt checks the signatures.
fetch_signed() {
  local dir=$tmp/$1 file version
  mkdir -p "$dir"/{sources,lists/partial,cache/archives/partial,source}
  printf '%s\n' "Types: deb-src" "URIs: $archive" "Suites: $1" "Components: $component" "Signed-By: $keyring" \
    >"$dir/sources/pgvector.sources"
  local own_apt=(apt-get -qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$dir/sources"
    -o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache" -o APT::Update::Error-Mode=any)
  say "downloading pgvector's source package from $1"
  if ! ("${own_apt[@]}" update && cd "$dir/source" && "${own_apt[@]}" source --download-only pgvector) >"$log" 2>&1 </dev/null; then
    say "not to be had there"
    return 1
  fi
  for file in "$dir"/source/pgvector_*.orig.tar.*; do
    version=${file##*/pgvector_}
    version=${version%.orig.tar.*}
    if [[ $file != *.asc ]] && version_ge "$version" "$2"; then tarball=$file; return 0; fi
  done
  say "it is older than $2"
  return 1
}

# The archive's file of version $1, whose SHA-256 is $2.
fetch_known() {
  local name=pgvector_$1.orig.tar.gz
  say "downloading $name"
  if ! /usr/lib/apt/apt-helper download-file "$archive/pool/$component/p/pgvector/$name" "$tmp/$name" "SHA256:$2" >"$log" 2>&1 </dev/null ||
    ! echo "$2  $tmp/$name" | sha256sum --check --status; then
    say "not to be had, or not the file that was expected"
    return 1
  fi
  tarball=$tmp/$name
}

build_pgvector() {
  # Neither tuned to this processor (the files may move to another) nor with LLVM's bitcode (needs clang).
  local make=(make -s -C "$tmp/build" "PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config" OPTFLAGS= with_llvm=no)
  say "building ${tarball##*/}"
  mkdir "$tmp/build"
  tar -xf "$tarball" -C "$tmp/build" --strip-components=1 --no-same-owner
  quietly "${make[@]}" -j2 || die "pgvector did not build"
  quietly as_root "${make[@]}" install || die "pgvector could not be installed"
}

install_for_tests() {
  local packages=()
  if is_missing chromium; then
    if [[ $ID == ubuntu ]]; then # has it as a snap only
      command -v snap >/dev/null || die "Ubuntu has Chromium as a snap only, and snap is not here: install snapd or Google Chrome."
      say "snap install chromium"
      quietly as_root snap install chromium || die "snap could not install chromium"
    else
      packages+=(chromium)
    fi
  fi
  if is_missing fonts-noto-color-emoji; then packages+=(fonts-noto-color-emoji); fi
  if is_missing nginx; then packages+=(nginx); fi
  if is_missing redis-server; then packages+=(redis-server); fi
  if is_missing tesseract-ocr; then packages+=(tesseract-ocr); fi
  if is_missing poppler-utils; then packages+=(poppler-utils); fi
  if is_missing nodejs; then packages+=(nodejs); fi
  if is_missing npm; then packages+=(npm); fi
  if ((${#packages[@]})); then apt_install "${packages[@]}"; fi
  # The tests start an nginx of their own; the packaged service stays off after a reboot, too.
  if is_missing nginx && command -v systemctl >/dev/null; then quietly as_root systemctl disable nginx || true; fi
  if is_missing redis-server && command -v systemctl >/dev/null; then quietly as_root systemctl disable redis-server || true; fi
}

hold_services
if is_missing postgresql; then hold_cluster; install_postgres; fi
if is_missing pgvector; then install_pgvector; fi
if $for_tests; then install_for_tests; fi

find_missing
((${#missing[@]} == 0)) || die "still missing: ${missing[*]}"
finish
