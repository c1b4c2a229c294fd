#!/usr/bin/env bash
# run.sh venv120|venv2 MAIN [args] : run a scenario class; traces go to $FLINKLAB/traces, the log to $FLINKLAB/MAIN.log
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd); export FLINKLAB=${FLINKLAB:-$PWD/.flinklab}; V=$1; shift; mkdir -p "$FLINKLAB/traces" "$FLINKLAB/ckpt"
CP=$(ls "$FLINKLAB/$V"/lib/python3*/site-packages/pyflink/lib/*.jar "$FLINKLAB/$V"/lib/python3*/site-packages/pyflink/plugins/metrics-prometheus/*.jar | tr '\n' ':')
AO=""; for m in java.lang java.lang.reflect java.util java.util.concurrent java.util.concurrent.atomic java.util.concurrent.locks java.net java.io java.nio java.text java.time; do AO="$AO --add-opens=java.base/$m=ALL-UNNAMED"; done
exec java -Xmx2g $AO ${LABOPTS:-} -Dlog.file="$FLINKLAB/$1.log" -Dlog4j.configurationFile="$HERE/log4j-file.properties" -cp "$FLINKLAB/classes_$V:$CP" "$@"
