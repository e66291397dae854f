#!/usr/bin/env bash
# From nothing to masks: sets up, builds, and runs the main job on the shipped clip with the small model that ships: three sentences,
# one of them about something that is not there. Then scores what came out against the clip's truth.
# Usage: scripts/run.sh [OUT]     (default: out/ref-shapes)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:-$root/out/ref-shapes}

rm -rf "$out"
"$root/scripts/sa2va" run "$root/samples/ref-shapes.mp4" \
  "the cyan object" \
  "the shape that is yellow" \
  "the yellow checkered square" \
  --model "$root/models/sa2va-nano" --out "$out"
echo
"$root/scripts/sa2va" eval --truth "$root/samples/ref-shapes.json" --predictions "$out" --missing skip --out "$out/eval"
echo
echo "Look at $out/overlay.mp4, $out/sheet.png and $out/eval/report.html; $out/masks.json is for programs."
