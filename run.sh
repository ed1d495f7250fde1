#!/usr/bin/env bash
# Builds what is not up to date and runs: ./run.sh [COMMAND] [OPTIONS]. Without a command it serves the demo model.
# Serving is the cluster's node where its packages restore, and one process without Orleans where they do not or where ORLEANS_INFERENCE_EDITION=embedded says so.
set -euo pipefail
caller=$PWD
source "$(dirname "${BASH_SOURCE[0]}")/.ci/common.sh"

program=$root/client/Cli/bin/Release/net10.0/orleans-inference.dll
node=$root/silo/bin/Release/net10.0/OrleansInference.Silo.dll
current() { [ -f "$program" ] && up_to_date "$artifacts/run.started" "$artifacts/run.built"; }

require_dotnet
if ! current; then
    lock_builds
    if ! current; then
        say "Building (the first time takes about a minute) …"
        rm -f "$artifacts/run.built" "$artifacts/run.cluster"
        touch "$artifacts/run.started"
        restore
        build client/Cli/Cli.csproj "the command line"
        if [ "$edition" != Embedded.slnf ]; then
            build silo/Silo.csproj "the cluster's node"
            touch "$artifacts/run.cluster"
        fi
        touch "$artifacts/run.built"
    fi
    unlock_builds
fi
cd "$caller"

case "${1:-serve}" in
    serve | --[a-z]*)
        if [ -f "$artifacts/run.cluster" ] && [ "${ORLEANS_INFERENCE_EDITION:-cluster}" != embedded ] && [[ " $* " != *" --help "* && " $* " != *" --version "* ]]; then
            if [ "${1:-}" = serve ]; then shift; fi
            exec dotnet "$node" "$@"
        fi
        ;;
esac
exec dotnet "$program" "$@"
