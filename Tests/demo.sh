#!/bin/bash
# The product in a minute: demo.sh DIRECTORY_OF_THE_BINARIES. Exits 0 only if every answer was the
# expected one; leaves nothing behind.
set -uo pipefail

binaries=$(cd "${1:?directory of orgkeyd and orgkey}" && pwd) || exit 66
cd "$(dirname "$0")/.." || exit 70
scratch=$(mktemp -d)
daemon=
trap 'if [ -n "$daemon" ]; then kill "$daemon"; wait "$daemon"; fi 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
export PATH=$binaries:$PATH ORGKEY_SOCKET=$scratch/orgkey.sock
unset ORGKEY_API_KEY

bold='' dim='' red='' green='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
fi
steps=0 wrong=0

say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# expect STATUS PATTERN COMMAND: shows the command, runs it in this shell, shows its answer. It must
# exit with STATUS and, unless PATTERN is empty, print something that matches it on stdout.
expect() {
  local status=0 command=$3
  printf '%s\n' "$command" | sed '1s/^/$ /; 2,$s/^/  /'
  eval "$command" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
  cat "$scratch/out" "$scratch/err" | sed "s/^/    $dim/; s/\$/$plain/"
  steps=$((steps + 1))
  if [ "$status" -eq "$1" ] && { [ -z "$2" ] || grep -qE -e "$2" "$scratch/out"; }; then
    printf '    %s✓ exit %d%s\n' "$green" "$status" "$plain"
  else
    printf '    %s✗ exit %d, and %d with /%s/ was expected%s\n' \
      "$red" "$status" "$1" "$2" "$plain"
    wrong=$((wrong + 1))
  fi
}

# secret NAME COMMAND: as expect, with the text that it prints in $NAME, as an administrator would
# keep it.
secret() {
  local command="$1=\$($2)"
  printf '$ %s\n' "$command"
  steps=$((steps + 1))
  if eval "$command" 2>"$scratch/err" && [[ ${!1} =~ ^pc_live_[0-9A-Za-z]{38}$ ]]; then
    printf '    %s%s, shown this once%s\n' "$dim" "${!1:0:8}…${!1: -4}" "$plain"
    sed "s/^/    $dim/; s/\$/$plain/" "$scratch/err"
    printf '    %s✓ exit 0%s\n' "$green" "$plain"
  else
    sed 's/^/    /' "$scratch/err"
    printf '    %s✗ no key was issued%s\n' "$red" "$plain"
    wrong=$((wrong + 1))
  fi
}

orgkeyd --socket "$ORGKEY_SOCKET" --database "$scratch/orgkey.db" >"$scratch/log" 2>&1 &
daemon=$!
for ((tries = 0; tries < 400; tries++)); do
  orgkey health >/dev/null 2>&1 && break
  kill -0 "$daemon" 2>/dev/null || break
  sleep 0.05
done
if ! orgkey health >/dev/null 2>&1; then
  echo "orgkeyd does not serve:" >&2
  cat "$scratch/log" >&2
  exit 1
fi

say 'Two customers of a provider. One has organizations of its own, three deep.'
expect 0 '' 'orgkey org put northwind --name "Northwind Traders"'
expect 0 '' 'orgkey org put northwind-emea --parent northwind --name "EMEA"'
expect 0 '' 'orgkey org put northwind-de --parent northwind-emea --name "Germany"'
expect 0 '' 'orgkey org put northwind-berlin --parent northwind-de --name "Berlin"'
expect 0 '' 'orgkey org put initech --name "Initech"'
expect 0 'northwind-berlin' 'orgkey org list --tree'

say 'A key for the customer, and one for a sub-organization. Their text is shown once, then only a digest is kept.'
secret PARENT_KEY 'orgkey key issue northwind --name "Production CRM sync" --permission "contacts:*"'
parent_id=$(grep -oE 'key_[0-9a-z]{16}' "$scratch/err" | head -1)
secret CHILD_KEY 'orgkey key issue northwind-de --name "Billing export" --permission contacts:read'
child_id=$(grep -oE 'key_[0-9a-z]{16}' "$scratch/err" | head -1)

say "A key reaches its organization and everything below it."
expect 0 '^ALLOWED$' 'echo "$PARENT_KEY" | orgkey authorize --org northwind-berlin --permission contacts:read'

say 'It never reaches up,'
expect 1 '^ORG_ACCESS_DENIED$' \
  'echo "$CHILD_KEY" | orgkey authorize --org northwind --permission contacts:read'
say 'nor into another tree.'
expect 1 '^ORG_ACCESS_DENIED$' \
  'echo "$PARENT_KEY" | orgkey authorize --org initech --permission contacts:read'

say 'It may do what it was granted, and nothing else.'
expect 1 '^PERMISSION_DENIED$' \
  'echo "$CHILD_KEY" | orgkey authorize --org northwind-de --permission contacts:write'

say 'A key with a typing error is told by its checksum; a JWT is no API key at all. The caller of the API reads the same.'
expect 1 '^INVALID_API_KEY$' \
  'echo "${PARENT_KEY%?????}XXXXX" | orgkey authorize --org northwind --permission contacts:read'
expect 1 '^INVALID_API_KEY$' \
  'echo "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl" | orgkey authorize --own --permission contacts:read'

say 'The library is thin: this is the same call with stock tools. One byte 0, four bytes of length, a protobuf.'
expect 0 'decision: DECISION_ALLOWED' \
  'echo "call_id: 1 authorize { api_key: \"$PARENT_KEY\"
    organization_id: \"northwind-berlin\" permission: \"contacts:read\" }" |
  protoc --encode=orgkey.v1.Request -Iproto orgkey.proto > "$scratch/body"
{ printf "\0"; printf %08x $(wc -c < "$scratch/body") | xxd -r -p; cat "$scratch/body"; } |
  socat -t 5 - UNIX-CONNECT:"$ORGKEY_SOCKET" | tail -c +6 |
  protoc --decode=orgkey.v1.Response -Iproto orgkey.proto'

say 'The key of the sub-organization leaked. Once revoking is answered, no check that begins later lets it pass.'
expect 0 '^ALLOWED$' 'echo "$CHILD_KEY" | orgkey authorize --own --permission contacts:read'
expect 0 '' "orgkey key revoke $child_id --reason \"found in a public repository\" --yes"
expect 1 '^INVALID_API_KEY$' \
  'echo "$CHILD_KEY" | orgkey authorize --own --permission contacts:read'

say 'A key is rotated without a gap: both secrets work until traffic has moved and the old one is revoked.'
secret NEW_KEY "orgkey key rotate $parent_id"
expect 0 '^ALLOWED$' 'echo "$PARENT_KEY" | orgkey authorize --own --permission contacts:read'
expect 0 '^ALLOWED$' 'echo "$NEW_KEY" | orgkey authorize --own --permission contacts:read'
expect 0 'secret' "orgkey key show $parent_id"
expect 65 '' "orgkey key rotate --finish $parent_id --yes"
expect 0 '' "orgkey key rotate --finish $parent_id --force --yes"
expect 1 '^INVALID_API_KEY$' 'echo "$PARENT_KEY" | orgkey authorize --own --permission contacts:read'

say 'An organization is suspended with all below it, at once, and resumed.'
expect 0 '' 'orgkey org suspend northwind-emea --yes'
expect 1 '^ORG_ACCESS_DENIED$' \
  'echo "$NEW_KEY" | orgkey authorize --org northwind-berlin --permission contacts:read'
expect 1 'northwind-emea' \
  "orgkey explain $parent_id --org northwind-berlin --permission contacts:read"
expect 0 '' 'orgkey org resume northwind-emea'
expect 0 '^ALLOWED$' \
  'echo "$NEW_KEY" | orgkey authorize --org northwind-berlin --permission contacts:read'

say 'What the operator sees: every outcome is counted on its key, every change is in the audit trail.'
expect 0 "$child_id" "orgkey key show $child_id"
expect 0 'KEY_REVOKED' "orgkey key usage $child_id"
expect 0 'RotateKey' 'orgkey audit northwind --descendants'

if [ "$wrong" -ne 0 ]; then
  printf '\n%s%d of %d answers were not the expected ones.%s\n' "$red" "$wrong" "$steps" "$plain"
  exit 1
fi
printf '\n%sAll %d answers were the expected ones.%s Nothing is left behind; go on with: make run\n' \
  "$green" "$steps" "$plain"
