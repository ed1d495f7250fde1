#!/usr/bin/env bash
# Builds what is not up to date and runs: ./run.sh [COMMAND] [OPTIONS]. Without a command it serves the demo model.
# 'serve', 'doctor', and options without a command, go to the node's program, 'bench' and 'simulate' to the program that measures, everything else to the client's program.
set -euo pipefail
caller=$PWD
source "$(dirname "${BASH_SOURCE[0]}")/.ci/common.sh"

program=$root/client/Cli/bin/Release/net10.0/orleans-inference.dll
node=$artifacts/node/OrleansInference.Silo.dll
bench=$root/client/Bench/bin/Release/net10.0/OrleansInference.Bench.dll
current() { [ -f "$bench" ] && [ -f "$node" ] && up_to_date "$artifacts/run.started" "$artifacts/run.built"; }

find_dotnet
if ! current; then
    require_dotnet
    lock_builds
    if ! current; then
        say "Building (the first time takes about a minute) …"
        rm -f "$artifacts/run.built"
        touch "$artifacts/run.started"
        publish_node
        build client/Bench/Bench.csproj "the programs" --restore
        touch "$artifacts/run.built"
    fi
    unlock_builds
fi
cd "$caller"

case "${1:-serve}" in
    --help | --version) ;;
    serve) exec dotnet "$node" "${@:2}" ;;
    bench | simulate) exec dotnet "$bench" "$@" ;;
    doctor | --[a-z]*) exec dotnet "$node" "$@" ;;
esac
exec dotnet "$program" "$@"
