#!/usr/bin/env bash
# From nothing to masks: sets up, builds, and runs the main job on the shipped clip.
# Usage: scripts/run.sh [OUT]     (default: out/shapes)
#
# No trained checkpoint ships yet, so a small model with the official architecture and random weights is made first: it decodes,
# answers, prompts, tracks and writes like a real one, but its masks mean nothing. Pass --model to sa2va for a real checkpoint.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:-$root/out/shapes}
model=$root/.sa2va/tiny

if [ ! -f "$model/config.json" ]; then
  "$root/scripts/sa2va" models init --preset tiny --seed 1 "$model"
fi
rm -rf "$out"
"$root/scripts/sa2va" run "$root/samples/shapes.mp4" "the red ball" --point 60,150 --model "$model" --out "$out"
echo
echo "Look at $out/sheet.png and $out/overlay.mp4; $out/masks.json is for programs."
