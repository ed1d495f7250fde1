#!/usr/bin/env bash
# Builds what is not up to date and runs the command line: ./run.sh [COMMAND] [OPTIONS]. Without a command it serves the demo model.
set -euo pipefail
caller=$PWD
source "$(dirname "${BASH_SOURCE[0]}")/.ci/common.sh"

program=$root/client/Cli/bin/Release/net10.0/orleans-inference.dll
current() { [ -f "$program" ] && up_to_date "$artifacts/run.started" "$artifacts/run.built"; }

require_dotnet
if ! current; then
    lock_builds
    if ! current; then
        say "Building (the first time takes about a minute) …"
        rm -f "$artifacts/run.built"
        touch "$artifacts/run.started"
        restore
        build client/Cli/Cli.csproj "the command line"
        touch "$artifacts/run.built"
    fi
    unlock_builds
fi
cd "$caller"
exec dotnet "$program" "$@"
