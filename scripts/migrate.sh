#!/usr/bin/env bash
# Brings the database that DATABASE_URL names (or Convo's own) to the schema in db/, and exits.
set -euo pipefail
exec bash "$(dirname "${BASH_SOURCE[0]}")/run.sh" migrate "$@"
