#!/usr/bin/env bash
# Installs what the tests need, runs them all, and ends with one line: N passed, N failed.
set -euo pipefail
cd "$(dirname "$0")/.."

bash tests/interop/install.sh

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
status=0
dotnet build Gateway.sln --nologo -v quiet || { echo "The build failed. Rerun: dotnet build Gateway.sln"; echo "0 passed, 1 failed"; exit 1; }
for project in Gateway.Tests Gateway.IntegrationTests; do
  echo "$project: running"
  # The gateways under test write their logs to the console, so that the runner's own output is kept in a file.
  dotnet test --project "tests/$project" --no-build --no-ansi --no-progress --results-directory "$results" \
    --report-xunit-trx --report-xunit-trx-filename "$project.trx" >"$results/$project.log" 2>&1 || status=1
  tail -n 8 "$results/$project.log"
done

# The runner's own counters. A test that was skipped or did not run counts as failed, so that nothing is left out silently.
python3 - "$results" "$status" <<'PYTHON'
import glob, sys
import xml.etree.ElementTree as ElementTree

folder, status = sys.argv[1], int(sys.argv[2])
namespace = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
total = passed = 0
files = glob.glob(folder + "/*.trx")
for name in files:
    report = ElementTree.parse(name)
    counters = next(report.iter(namespace + "Counters"))
    total += int(counters.get("total"))
    passed += int(counters.get("passed"))
    for result in report.iter(namespace + "UnitTestResult"):
        if result.get("outcome") != "Passed":
            print(f"\n{result.get('outcome')}: {result.get('testName')}")
            for part in ("Message", "StackTrace"):
                for element in result.iter(namespace + part):
                    print(element.text)
failed = total - passed
if (status or len(files) != 2 or total == 0) and failed == 0:
    failed = 1
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
PYTHON
