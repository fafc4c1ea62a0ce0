#!/usr/bin/env bash
# Runs a command as the image does: all files read-only, user 1654, no privileges. Usage: bash run-layout.sh FOLDER COMMAND...
# FOLDER stands for the image's root. Works for root, and for others where user namespaces are allowed.
set -euo pipefail

if [[ -z ${RUN_LAYOUT_INSIDE:-} ]]; then
  as_root=()
  if [[ $(id -u) -ne 0 ]]; then as_root=(--user --map-root-user); fi
  RUN_LAYOUT_ROOT=$(id -u) RUN_LAYOUT_INSIDE=1 exec unshare "${as_root[@]}" --mount --propagation private bash "$0" "$@"
fi

folder=$1
shift
mount --bind "$folder" "$folder"
mount -o remount,ro,bind "$folder"
mount -o remount,ro,bind /
if mountpoint -q /tmp; then mount -o remount,ro,bind /tmp; fi

as_user=(setpriv --reuid=1654 --regid=1654 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all)
if [[ $RUN_LAYOUT_ROOT -ne 0 ]]; then as_user=(unshare --user --map-user=1654 --map-group=1654 setpriv --no-new-privs); fi

for place in "$folder/app" "$folder/etc/gateway" /tmp; do
  if "${as_user[@]}" touch "$place/written" 2>/dev/null; then
    echo "$place can be written" >&2
    exit 1
  fi
done
cd "$folder/app"
exec env -u RUN_LAYOUT_INSIDE -u RUN_LAYOUT_ROOT "${as_user[@]}" "$@"
