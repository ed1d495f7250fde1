#!/usr/bin/env bash
# Builds everything, checks formatting, runs every test, and ends with the line "N passed, N failed, N skipped".
# ./test.sh [PROJECT …] runs only those test projects, named as their folders: ./test.sh Unit Golden
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/.ci/common.sh"

results=$artifacts/test-results
counts=$results/counts
passed=0 failed=0 skipped=0

install_chromium() {
    if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then return; fi
    if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null; then
        say "Installing Chromium for the tests of the chat page …"
        if { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium; } >"$artifacts/chromium.log" 2>&1; then return; fi
    fi
    say "Chromium is missing and cannot be installed here: the tests of the chat page are skipped (install the package chromium to run them)."
}

counter() { sed -n "s/.*<Counters[^>]* $2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

# Runs the test project $1 and adds a line to the counts; $2 names the run, the rest goes to `dotnet test`.
run_tests() {
    local project=$1 name=$2 status=0 start=$SECONDS report log total ran good bad
    local within=()
    shift 2
    report=$results/$name.trx
    log=$results/$name.log
    if [ "$name" = Browser ]; then within=("${alone[@]}"); fi
    "${within[@]}" dotnet test "$project" -c Release --no-build -v q --nologo --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" --results-directory "$results" \
        --blame-hang --blame-hang-timeout 10m --blame-hang-dump-type none "$@" >"$log" 2>&1 || status=$?
    total=0 ran=0 good=0
    if [ -f "$report" ]; then
        total=$(counter "$report" total) ran=$(counter "$report" executed) good=$(counter "$report" passed)
        total=${total:-0} ran=${ran:-0} good=${good:-0}
    elif ! grep -q 'No test matches' "$log"; then
        status=1
    fi
    bad=$((ran - good))
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
        bad=1
        say "$name: the test process ended with exit code $status; the end of $log:"
        tail -n 30 "$log" >&2
    elif [ "$bad" != 0 ]; then
        cat "$log"
    fi
    echo "$name: $good passed, $bad failed, $((total - ran)) skipped in $((SECONDS - start)) s"
    echo "$good $bad $((total - ran))" >>"$counts"
}

wanted() { [ $# = 1 ] || [[ " ${*:2} " == *" $1 "* ]]; }

require_dotnet
install_chromium
lock_builds
say "Building …"
restore
build OrleansInference.sln "the solution"
# The tests of clusters start some 170 nodes. They are those that run.sh starts, compiled ahead: that is what ships, and it starts in three quarters of the time.
if wanted ClusterTests "$@"; then
    publish_node
    for assembly in tests/ClusterTests/bin/Release/net10.0/*.dll; do
        if [ -f "$artifacts/node/${assembly##*/}" ]; then cp "$artifacts/node/${assembly##*/}" "$assembly"; fi
    done
fi
unlock_builds

rm -rf "$results"
mkdir -p "$results"
: >"$counts"
projects=$(projects_of_solution)
given=${ORLEANS_INFERENCE_SEED:-}
# A browser gives up what it loads when the networks of the machine change, and tests of a cluster make networks. So it gets a network of its own where that is possible.
alone=()
if unshare --net true 2>/dev/null && command -v ip >/dev/null; then alone=(unshare --net sh -c 'ip link set lo up && exec "$@"' sh); fi
# Nodes of tests live for half a minute: those that compile what they call often only once they have started (64 is hexadecimal, in milliseconds) start in two thirds of the time. See silo/Silo.csproj.
export DOTNET_TC_CallCountingDelayMs=64
# Nodes of a cluster wait more than they compute, so the other projects run beside those tests, and so does the check of the formatting. What runs beside is a process group of its own: Ctrl-C ends it with this script, and it does not
# ignore it as other background processes do.
cluster='' format=''
trap 'for group in $cluster $format; do kill -- "-$group" 2>/dev/null || true; done' EXIT
set -m
if wanted ClusterTests "$@"; then
    run_tests tests/ClusterTests/ClusterTests.csproj ClusterTests </dev/null >"$results/ClusterTests.out" 2>&1 &
    cluster=$!
fi
if [ $# = 0 ]; then
    # The build has held the rules of the analyzers already; a test holds the order of the usings.
    dotnet format whitespace OrleansInference.sln --verify-no-changes --no-restore </dev/null >"$artifacts/format.log" 2>&1 &
    format=$!
fi
set +m

for project in $(grep '^tests/' <<<"$projects"); do
    name=$(basename "$(dirname "$project")")
    if [ "$name" = ClusterTests ] || ! wanted "$name" "$@"; then continue; fi
    if [ "$name" = SimulationTests ]; then
        # Fresh seeds each time, printed so that a run can be repeated.
        export ORLEANS_INFERENCE_SEED=${given:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
        echo "$name: seeds from $ORLEANS_INFERENCE_SEED on; ORLEANS_INFERENCE_SEED=$ORLEANS_INFERENCE_SEED ./test.sh $name repeats them"
    fi
    run_tests "$project" "$name"
    if [ -z "$given" ]; then unset ORLEANS_INFERENCE_SEED; fi
    case $name in
        Unit | Golden)
            # The canonical order promises the same bits whatever the processor offers; see docs/ARCHITECTURE.md.
            for switch in EnableAVX512 EnableAVX2 EnableHWIntrinsic; do
                export "DOTNET_$switch=0"
                run_tests "$project" "$name-without-${switch#Enable}" --filter Category=InstructionSets
                unset "DOTNET_$switch"
            done
            ;;
    esac
done

if [ -n "$format" ] && ! wait "$format"; then
    say "The formatting differs (dotnet format OrleansInference.sln puts it right):"
    head -n 20 "$artifacts/format.log" >&2
    failed=1
fi
if [ -n "$cluster" ]; then
    wait "$cluster" || failed=1
    cat "$results/ClusterTests.out"
fi
trap - EXIT

while read -r good bad left; do
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
done <"$counts"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
