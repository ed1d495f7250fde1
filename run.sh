#!/usr/bin/env bash
# Builds what is not up to date and runs: ./run.sh [COMMAND] [OPTIONS]. Without a command it serves the demo model.
# 'serve', 'doctor', and options without a command, go to the node's program; everything else to the command line.
set -euo pipefail
caller=$PWD
source "$(dirname "${BASH_SOURCE[0]}")/.ci/common.sh"

program=$root/client/Cli/bin/Release/net10.0/orleans-inference.dll
node=$artifacts/node/OrleansInference.Silo.dll
current() { [ -f "$program" ] && [ -f "$node" ] && up_to_date "$artifacts/run.started" "$artifacts/run.built"; }

find_dotnet
if ! current; then
    require_dotnet
    lock_builds
    if ! current; then
        say "Building (the first time takes about a minute) …"
        rm -f "$artifacts/run.built"
        touch "$artifacts/run.started"
        publish_node
        build client/Cli/Cli.csproj "the command line" --restore
        touch "$artifacts/run.built"
    fi
    unlock_builds
fi
cd "$caller"

case "${1:-serve}" in
    --help | --version) ;;
    serve) exec dotnet "$node" "${@:2}" ;;
    doctor | --[a-z]*) exec dotnet "$node" "$@" ;;
esac
exec dotnet "$program" "$@"
