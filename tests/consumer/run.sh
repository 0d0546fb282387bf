#!/usr/bin/env bash
# Packs the family and proves it from outside: a program that knows the packed files alone is built for the JIT, trimmed, and compiled ahead of time
# for the default instruction set and for x86-64-v3, without a warning, and prints the same results each time. Leaves nothing behind.
# Compiling ahead of time needs a C linker: clang, or gcc.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
repository="$(cd "$here/../.." && pwd)"

# A version that no other run has, so that no package of an earlier run is taken from NuGet's cache.
version="0.0.0-consumer.$(date +%s%N)"
cache="$(dotnet nuget locals global-packages --list --force-english-output | sed 's/^[^/]*//')"
work="$(mktemp -d)"
clean() {
    rm -rf "$work" "${cache%/}"/weightsharing*/"$version"
    rmdir --ignore-fail-on-non-empty "${cache%/}"/weightsharing* 2> /dev/null || true
}
trap clean EXIT

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
case "$(uname -m)" in x86_64) rid=linux-x64 ;; *) rid=linux-arm64 ;; esac
linker="$(command -v clang || command -v gcc)" || { echo "Compiling ahead of time needs clang or gcc." >&2; exit 1; }

# Runs a command silently unless it fails or warns.
quietly() {
    if ! "$@" > "$work/log" 2>&1; then cat "$work/log"; return 1; fi
    if grep -q 'warning ' "$work/log"; then grep 'warning ' "$work/log"; echo "Warnings from: $*" >&2; return 1; fi
}

cp "$here"/* "$work"
check() { dotnet "$work/check/check.dll" "$@"; }

echo "packing"
quietly dotnet pack "$repository/WeightSharing.sln" -c Release -o "$work/feed" -p:PackageVersion="$version" -p:RunAnalyzers=false
cd "$work"
quietly dotnet publish "$here/check.cs" -p:PublishAot=false -o "$work/check"
check packages "$work/feed"

build() {
    local name="$1"
    shift
    quietly dotnet publish Consumer.csproj -c Release -o "out/$name" -p:WeightSharingVersion="$version" "$@"
}

# try NAME COMMAND: runs the built program, compares its results with the JIT's, and tells size and time to start.
try() {
    local name="$1" begin end size
    shift
    mkdir -p "files/$name"
    "$@" "files/$name" > "$name.txt"
    check results jit.txt "$name.txt"
    begin="${EPOCHREALTIME/./}"
    for _ in 1 2 3 4 5; do "$@" > start.txt; done
    end="${EPOCHREALTIME/./}"
    size="$(find "out/$name" -type f ! -name '*.dbg' ! -name '*.pdb' -print0 | du --apparent-size -ck --files0-from=- | tail -n 1 | cut -f 1)"
    printf '%-14s %8s KiB  starts in %4d ms\n' "$name" "$size" $(((end - begin) / 5000))
}

build jit --self-contained false
try jit dotnet out/jit/Consumer.dll
build trimmed -r "$rid" --self-contained -p:PublishTrimmed=true
try trimmed out/trimmed/Consumer
build aot -r "$rid" -p:PublishAot=true -p:CppCompilerAndLinker="$(basename "$linker")"
try aot out/aot/Consumer
if [ "$rid" = linux-x64 ] && grep -qw avx2 /proc/cpuinfo; then
    build aot-x86-64-v3 -r "$rid" -p:PublishAot=true -p:CppCompilerAndLinker="$(basename "$linker")" -p:IlcInstructionSet=x86-64-v3
    try aot-x86-64-v3 out/aot-x86-64-v3/Consumer
fi
