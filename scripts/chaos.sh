#!/usr/bin/env bash
# A cluster under random faults: scripts/chaos.sh [--seed S] [--minutes M]. The same seed strikes in the same order.
# Ends with 0 when every video ended with the masks that it has without faults.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seed=1
minutes=10
while [ $# -gt 0 ]; do
  case $1 in
    --seed) seed=$2; shift 2 ;;
    --minutes) minutes=$2; shift 2 ;;
    *) echo "chaos: '$1' is not an option. Usage: scripts/chaos.sh [--seed S] [--minutes M]" >&2; exit 2 ;;
  esac
done

"$root/scripts/setup.sh"
"$root/scripts/setup.sh" --servers
tests=$root/tests/Sa2VA.Cluster.FaultTests
dotnet build "$tests" -c Release -v quiet --nologo
cd "$root"
export SA2VA_CHAOS_SEED=$seed SA2VA_CHAOS_MINUTES=$minutes
exec "$tests/bin/Release/net10.0/Sa2VA.Cluster.FaultTests" -class Sa2VA.Cluster.FaultTests.ChaosTests -diagnostics
