#!/usr/bin/env bash
# Installs what building and running needs, from Debian's packages. Does nothing, quickly, when all of it is there.
set -euo pipefail

if ! command -v dotnet >/dev/null; then
  echo "setup: the .NET 10 SDK is missing. Install it first: https://learn.microsoft.com/dotnet/core/install/linux-debian" >&2
  exit 1
fi
major=$(dotnet --version | cut -d. -f1)
if [ "$major" -lt 10 ]; then
  echo "setup: .NET SDK 10 or newer is needed, 'dotnet --version' says $(dotnet --version)." >&2
  exit 1
fi

packages=(libopenblas0-pthread ffmpeg cmake g++)
# Another libtorch (TORCH_DIR) replaces Debian's.
[ -n "${TORCH_DIR:-}" ] || packages+=(libtorch-dev)

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: these packages are missing; install them as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "setup: installing ${missing[*]} (Debian packages)" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "setup: installing failed; the end of apt's output is above." >&2
  exit 1
fi
