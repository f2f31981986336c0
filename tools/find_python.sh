#!/bin/sh
# Prints the path of a Python that can build the environment. On stderr: which one, or what is missing.
# PYTHON=... tries that one only.

oldest=3.11
below=3.14

# A name on the PATH is no promise: version shims exist for Pythons that are not installed, so each is run.
answer_of() {
    "$1" -c '
import sys
def importable(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True
oldest, below = (tuple(map(int, v.split("."))) for v in sys.argv[1:])
if not oldest <= sys.version_info[:2] < below:
    verdict = "unfit"
elif not importable("venv") or not (importable("ensurepip") or importable("pip")):
    verdict = "nopip"
else:
    verdict = "fits"
print(verdict, sys.version.split()[0], sys.executable)
' "$oldest" "$below" 2>/dev/null
}

if [ -n "$PYTHON" ]; then
    set -- "${1:-test}" "$PYTHON"
else
    set -- "${1:-test}" python3.13 python3.12 python3.11 python3
fi
target=$1
shift

seen=""
for candidate in "$@"; do
    answer=$(answer_of "$candidate") || answer=""
    verdict=${answer%% *}
    rest=${answer#* }
    version=${rest%% *}
    path=${rest#* }
    case $verdict in
        fits)
            echo "Python $version ($candidate)" >&2
            echo "$path"
            exit 0 ;;
        unfit) seen="$seen
  $candidate is $version" ;;
        nopip) seen="$seen
  $candidate is $version, but lacks venv or pip (on Debian and Ubuntu: the package python3-venv)" ;;
        *) seen="$seen
  $candidate does not run" ;;
    esac
done

cat >&2 <<EOF
No fitting Python: this project needs Python $oldest or newer, below $below, with venv and pip. Tried:$seen
Install one, or name it: make $target PYTHON=/path/to/python3
EOF
exit 1
