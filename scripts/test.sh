#!/usr/bin/env bash
# Sets up, builds, runs every test, prints line and branch coverage, and ends with "N passed, N failed, N skipped".
# Arguments go to dotnet test (for example --filter).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

scripts/setup.sh --servers
results=$root/TestResults
rm -rf "$results"
dotnet build Sa2VA.Cluster.sln -c Release -v quiet --nologo

# One project after another: they measure memory and use all cores themselves.
# A failure is reported at the end, with everything else.
for project in tests/*Tests; do
  name=$(basename "$project")
  mkdir -p "$results/$name"
  dotnet test "$project" -c Release --no-build --nologo --settings tests/coverage.runsettings --collect "XPlat Code Coverage" \
    --results-directory "$results/$name" --logger "trx;LogFileName=$name.trx" "$@" || true
done

exec dotnet run -c Release --no-build --project tests/Sa2VA.TestReport -- "$results"
