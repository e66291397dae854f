#!/usr/bin/env bash
# Installs what building and running needs, from Debian's packages. Does nothing, quickly, when all of it is there.
# Usage: scripts/setup.sh [--servers]
#   --servers   also PostgreSQL, RabbitMQ, Redis, iproute2 and Chromium, for the tests and for a cluster on this machine. They are
#               only installed: none is started, now or when the machine starts.
set -euo pipefail

servers=false
case "${1:-}" in
  "") ;;
  --servers) servers=true ;;
  *)
    echo "setup: '$1' is no option. Usage: scripts/setup.sh [--servers]" >&2
    exit 2
    ;;
esac

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
# iproute2 makes the networks in which tests cut a node off; Chromium opens the dashboard.
if $servers; then packages+=(postgresql rabbitmq-server redis-server iproute2 chromium); fi

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
policy=/usr/sbin/policy-rc.d
guarded=false
clean_up() {
  rm -f "$log"
  if $guarded; then "${as_root[@]}" rm -f "$policy"; fi
}
trap clean_up EXIT

# Debian's packages start their services when they are installed, unless this program says no. One that is there already knows better.
if $servers && [ ! -e "$policy" ]; then
  guarded=true
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi
if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "setup: installing failed; the end of apt's output is above." >&2
  exit 1
fi
# Nor at the next start of the machine. Services of packages that were there before are left as they are.
if command -v systemctl >/dev/null; then
  for package in "${missing[@]}"; do
    case $package in
      postgresql | redis-server) units=("$package.service") ;;
      rabbitmq-server) units=(rabbitmq-server.service epmd.socket) ;;
      *) continue ;;
    esac
    "${as_root[@]}" systemctl disable "${units[@]}" >/dev/null 2>&1 || true
  done
fi
