#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs tests/python with pytest; prints its TAP. It fails if the package, or something that its
# tests need, is missing. Arguments go to pytest.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
O=${O:-$root/build}
built=$O/python/dmauser/.built
[ -e "$built" ] || {
	echo "python3-dmauser is not built: make python says what is missing" >&2
	exit 1
}
python=$(cat "$built")
"$python" -c 'import matplotlib, numpy, pytest'
tap=$(mktemp)
trap 'rm -f "$tap"' EXIT
export TAP_FILE=$tap O PYTHONPATH=$O/python LD_LIBRARY_PATH=$O PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR=/tmp
rc=0
"$python" -m pytest -q -p no:cacheprovider "$@" "$root/tests/python" >&2 || rc=$?
cat "$tap"
exit "$rc"
