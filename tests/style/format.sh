#!/usr/bin/env bash
# Names the C++ files that are not as clang-format would write them, and fails where there is one.
# To correct them: tests/style/format.sh --fix
set -euo pipefail
cd "$(dirname "$0")/../.."
folders=()
for folder in include src tests bench; do [[ ! -d $folder ]] || folders+=("$folder"); done
status=0
while IFS= read -r -d '' file; do
    if [[ ${1:-} == --fix ]]; then
        clang-format -i "$file"
    elif ! clang-format --dry-run -Werror "$file" 2>/dev/null; then
        printf 'not formatted: %s\n' "$file"
        status=1
    fi
done < <(find "${folders[@]}" -name '*.[ch]pp' -print0)
exit $status
