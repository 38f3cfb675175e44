#!/bin/sh
# Everything that is checked by reading: formatting, include directions, generated code, links, code in the docs.
set -eu
cd "$(dirname "$0")/.."
failed=0
check() { printf -- '-- %s\n' "$1"; shift; "$@" || failed=1; }

sources() { git ls-files '*.cpp' '*.hpp' | grep -v 'trunkline/wire/messages' || true; }

formatting() { sources | xargs -r clang-format-19 --dry-run --Werror; }

doc_links() { python3 tools/check_links.py; }

machine_paths() {
  if git grep -nIE '(/home/[a-z]|/work/|/root/)' -- ':!tools/lint.sh'; then
    echo "paths of one machine are in the repository"; return 1
  fi
}

check "clang-format" formatting
check "include directions" python3 tools/include_directions.py
check "generated codecs" python3 tools/generate_codecs.py --check
check "links in the docs" doc_links
check "code in the docs" python3 tools/check_doc_code.py
check "paths of one machine" machine_paths
exit $failed
