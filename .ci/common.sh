# Shared by run.sh and test.sh: finds the SDK, restores, builds. Everything it says goes to stderr.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
artifacts=$root/artifacts
mkdir -p "$artifacts"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# Build nodes that outlive the build would keep our pipes and locks open.
export MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*" >&2; }

find_dotnet() {
    local folder
    for folder in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
        if ! command -v dotnet >/dev/null && [ -n "$folder" ] && [ -x "$folder/dotnet" ]; then
            export DOTNET_ROOT=$folder PATH=$folder:$PATH
        fi
    done
}

require_dotnet() {
    find_dotnet
    if ! dotnet --version >/dev/null 2>&1; then
        say "The .NET 10 SDK is missing (global.json asks for $(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' global.json) or later): install it from https://dotnet.microsoft.com/download/dotnet/10.0"
        exit 1
    fi
}

# One build at a time in this folder: a second start waits for the first.
lock_builds() {
    if command -v flock >/dev/null; then
        exec 9>"$artifacts/build.lock"
        flock 9
    fi
}

unlock_builds() { exec 9>&-; }

# Whether the program is as its sources are: no file newer than the start of its build, $1, and no folder (a file came or went) newer than its end, $2.
up_to_date() {
    [ -f "$1" ] && [ -f "$2" ] || return 1
    local folder folders=()
    for folder in client grains shared silo; do
        if [ -d "$folder" ]; then folders+=("$folder"); fi
    done
    [ -z "$(find Directory.Build.props Directory.Packages.props global.json ./*.sln "${folders[@]}" \( -name bin -o -name obj \) -prune \
        -o \( -type f -newer "$1" -o -type d -newer "$2" \) -print -quit)" ]
}

projects_of_solution() { sed -n 's/^Project(.*"\([^"]*\.csproj\)".*/\1/p' OrleansInference.sln | tr '\\' '/' | sort; }

restore() {
    local log=$artifacts/restore.log
    if ! dotnet restore OrleansInference.sln -v q >"$log" 2>&1 9>&-; then
        say "The packages cannot be restored (the whole log is in $log):"
        grep -E 'error' "$log" | sed 's/ \[.*//' | sort -u | head -n 10 >&2
        exit 1
    fi
}

# Puts the node's program into artifacts/node. Its code is compiled ahead of time where the compiler for that can be had: a node starts in three quarters of the time then.
publish_node() {
    local log=$artifacts/publish.log
    local publish=(dotnet publish silo/Silo.csproj -c Release -o "$artifacts/node" -v q -nologo -p:UseAppHost=false --self-contained false)
    if "${publish[@]}" --use-current-runtime -p:PublishReadyToRun=true >"$log" 2>&1 9>&-; then return; fi
    if ! "${publish[@]}" >"$log" 2>&1 9>&-; then
        say "The build of the node's program failed (the whole log is in $log):"
        grep -E 'error|warning' "$log" | sed 's/ \[.*//' | sort -u | head -n 20 >&2
        exit 1
    fi
}

# Builds $1 in Release, quietly; $2 says what it is. With a third argument the packages are restored before.
build() {
    local log=$artifacts/build.log
    if ! dotnet build "$1" -c Release -v q ${3:---no-restore} -nologo >"$log" 2>&1 9>&-; then
        say "The build of $2 failed (the whole log is in $log):"
        grep -E 'error|warning' "$log" | sed 's/ \[.*//' | sort -u | head -n 20 >&2
        exit 1
    fi
}
