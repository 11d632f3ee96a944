#!/usr/bin/env bash
# The whole fault matrix: every fault test, then kill -9 of a streaming node at many seeded points. About 25 minutes for 200 seeds.
#   scripts/faults.sh                 200 seeds, 1000 to 1199
#   scripts/faults.sh 20              20 seeds
#   CONVO_FAULT_SEED=1042 scripts/faults.sh   that seed alone, as a failing run names it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CONVO_FAULT_SEEDS=${1:-200}
CONVO_FAULT_LEASE=15 scripts/test.sh --filter-method "*Stall_OfAQuarterOfAThousandReaders*" --explicit on
scripts/test.sh --filter-namespace "Convo.Tests.Faults" --explicit on --show-live-output on
