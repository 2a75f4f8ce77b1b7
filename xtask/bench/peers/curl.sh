#!/usr/bin/env bash
# curl, jq and base64, as people do it in a shell: WORK BASE_URL OUT_DIR INPUT_DIR.
set -euo pipefail
IFS=: read -r name first second <<<"$1"
base_url=$2 out=$3 inputs=$4

# Each line of base64 becomes a file; `read` would take a system call for every byte.
files() { split -l 1 -a 3 -d --filter='base64 -d >"$FILE.png"' - "$out/$1-"; }
ask() {
  curl -sS --no-buffer -H 'authorization: Bearer sk-bench' -H 'content-type: application/json' \
    -d "{\"model\":\"gpt-image-2\",\"prompt\":\"a lighthouse at dusk\"$1}" "$base_url/images/generations"
}

case $name in
generate) ask ",\"n\":$first" | jq -r '.data[].b64_json' | files image ;;
many)
  export -f ask files
  export base_url out
  seq "$first" | xargs -P "$second" -I '{}' bash -c 'ask "" | jq -r ".data[].b64_json" | files image-{}'
  ;;
edit)
  images=()
  for index in 0 1 2 3; do images+=(-F "image[]=@$inputs/input-$index.png;type=image/png"); done
  curl -sS -H 'authorization: Bearer sk-bench' -F model=gpt-image-2 -F 'prompt=a lighthouse at dusk' "${images[@]}" \
    -F "mask=@$inputs/mask.png;type=image/png" "$base_url/images/edits" | jq -r '.data[].b64_json' | files image
  ;;
stream)
  ask ",\"stream\":true,\"partial_images\":$first" | grep --line-buffered '^data: ' | cut -b 7- |
    jq -r --unbuffered .b64_json | files image
  ;;
*)
  echo "$1 is no kind of work" >&2
  exit 2
  ;;
esac
