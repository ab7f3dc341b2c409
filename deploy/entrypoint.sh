#!/bin/sh
# Before the server starts: fetch the data set and train the models that are missing. Everything that is there is left
# alone. Containers that share the volumes wait for each other; each file is put in its place complete or not at all,
# so that a container that is stopped here goes on where it was with its next start. Where CINEMATCH_ARTIFACTS_URL says where
# trained models are published, the server fetches those, and nothing is prepared here.
set -eu

dataset="${CINEMATCH_DATASET:-ml-latest-small}"
data="${CINEMATCH_DATA_DIR:-data}"

prepare() {
    mkdir -p "$data"
    exec 9>"$data/.setup.lock"
    if ! flock --nonblock 9; then
        echo "Another container is preparing the data set and the models; waiting for it." >&2
        flock --timeout 3600 9 || {
            echo "It has not finished within an hour. Look at its log, then start this one again." >&2
            exit 1
        }
    fi
    if [ ! -e "$data/$dataset/manifest.json" ]; then
        cinematch data fetch "$dataset"
    fi
    # Without some models the others are served still; /readyz says which are missing and why.
    cinematch train --missing || echo "Not every model could be trained; those that are there are served." >&2
    exec 9>&-
}

if [ "${1:-}" = gunicorn ] && [ -z "${CINEMATCH_ARTIFACTS_URL:-}" ]; then
    prepare
fi
exec "$@"
