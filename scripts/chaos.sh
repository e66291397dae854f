#!/usr/bin/env bash
# A cluster under random faults: scripts/chaos.sh [--seed S] [--minutes M] [--long]. The same seed strikes in the same order.
#   --long   an hour of it (unless --minutes says otherwise), every server is killed, and stopped, for a whole minute in the middle of a
#            job, and nodes are killed fifty times in another one
# Ends with 0 when every video ended with the masks that it has without faults.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seed=1
minutes=
long=false
while [ $# -gt 0 ]; do
  case $1 in
    --seed) seed=$2; shift 2 ;;
    --minutes) minutes=$2; shift 2 ;;
    --long) long=true; shift ;;
    *) echo "chaos: '$1' is not an option. Usage: scripts/chaos.sh [--seed S] [--minutes M] [--long]" >&2; exit 2 ;;
  esac
done

"$root/scripts/setup.sh"
"$root/scripts/setup.sh" --servers
tests=$root/tests/Sa2VA.Cluster.FaultTests
dotnet build "$tests" -c Release -v quiet --nologo
cd "$root"
classes=(-class Sa2VA.Cluster.FaultTests.ChaosTests)
if $long; then
  classes+=(-class Sa2VA.Cluster.FaultTests.ServerAbsenceTests -class Sa2VA.Cluster.FaultTests.NodeKillTests)
  export SA2VA_FAULT_AWAY_SECONDS=60 SA2VA_FAULT_KILLS=50 SA2VA_FAULT_VIDEOS=40
  minutes=${minutes:-60}
fi
export SA2VA_CHAOS_SEED=$seed SA2VA_CHAOS_MINUTES=${minutes:-10}
exec "$tests/bin/Release/net10.0/Sa2VA.Cluster.FaultTests" "${classes[@]}" -diagnostics
