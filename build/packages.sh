#!/usr/bin/env bash
# Lists packages that are outdated, deprecated or have a known advisory, for .NET and for the npm packages of the tests. Exit code 1 when a
# package has an advisory or is deprecated; outdated ones are listed only. A source without advisory data is named, never called clean.
set -uo pipefail
cd "$(dirname "$0")/.."
found=0

dotnet restore Gateway.sln >/dev/null || { echo "packages.sh: the restore failed. Run: dotnet restore Gateway.sln" >&2; exit 2; }

# One property a run: dotnet rejects them together.
dotnet_list() {
  local kind=$1
  shift
  dotnet list Gateway.sln package "$@" --format json 2>&1 | python3 -c '
import json, sys
kind = sys.argv[1]
text = sys.stdin.read()
try:
    document = json.loads(text[text.index("{"):])
except ValueError:
    sys.exit(text.strip() or "dotnet list package wrote nothing")
problems = sorted({problem["text"] for problem in document.get("problems", [])})
for problem in problems:
    print(f"  {problem}")
rows = set()
for project in document.get("projects", []):
    for framework in project.get("frameworks", []):
        for package in framework.get("topLevelPackages", []) + framework.get("transitivePackages", []):
            newest = package.get("latestVersion", "")
            if kind == "outdated" and newest in ("", "Not found at the sources", package["resolvedVersion"]):
                continue
            why = [item.get("advisoryurl", "") for item in package.get("vulnerabilities", [])] + package.get("deprecationReasons", [])
            rows.add("  {} {} {}".format(package["id"], package["resolvedVersion"], ", ".join(why) or "-> " + newest))
print("\n".join(sorted(rows)) or "  none listed")
sys.exit(1 if rows and kind != "outdated" else 0)' "$kind"
}

# Only sources with a VulnerabilityInfo resource know advisories. The others answer "no vulnerable packages" for every package.
knows_advisories() {
  curl -fsS --max-time 30 "$1" | python3 -c '
import json, sys
resources = json.load(sys.stdin)["resources"]
sys.exit(0 if any(resource["@type"].startswith("VulnerabilityInfo") for resource in resources) else 1)'
}

echo "NuGet, outdated (top level):"
dotnet_list outdated --outdated || found=1
echo "NuGet, deprecated (as far as the source publishes it):"
dotnet_list deprecated --deprecated --include-transitive || found=1
echo "NuGet, known advisories:"
unknown=0
while read -r source; do
  if ! knows_advisories "$source" 2>/dev/null; then
    echo "  NOT CHECKED: a configured source serves no advisory data. Run this where https://api.nuget.org/v3/index.json is the source."
    unknown=1
  fi
done < <(dotnet nuget list source --format short | sed -n 's/^E *\(http.*\)$/\1/p')
if [[ $unknown -eq 0 ]]; then dotnet_list vulnerable --vulnerable --include-transitive || found=1; fi

cd tests/interop
echo "npm, outdated:"
npm outdated || true
echo "npm, known advisories:"
if report=$(npm audit 2>&1); then
  echo "  none listed"
elif grep -q "audit endpoint returned an error" <<<"$report"; then
  echo "  NOT CHECKED: the npm registry serves no advisory data. Run this where https://registry.npmjs.org is the registry."
else
  echo "$report"
  found=1
fi

exit "$found"
