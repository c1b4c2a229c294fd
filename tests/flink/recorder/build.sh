#!/usr/bin/env bash
# build.sh venv120|venv2 : compile src/*.java against the jars inside that PyFlink (2.x: the moved legacy packages are renamed on the way)
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd); LAB=${FLINKLAB:-$PWD/.flinklab}; V=$1; GEN=$LAB/gen_$V; OUT=$LAB/classes_$V
CP=$(ls "$LAB/$V"/lib/python3*/site-packages/pyflink/lib/*.jar "$LAB/$V"/lib/python3*/site-packages/pyflink/plugins/metrics-prometheus/*.jar | tr '\n' ':')
rm -rf "$GEN"; mkdir -p "$GEN" "$OUT"
for f in "$HERE"/src/*.java; do
  if [ "$V" = venv2 ]; then sed -E 's/functions\.source\.(RichParallelSourceFunction|RichSourceFunction|SourceFunction|ParallelSourceFunction)/functions.source.legacy.\1/; s/functions\.sink\.(RichSinkFunction|SinkFunction|TwoPhaseCommitSinkFunction|DiscardingSink)/functions.sink.legacy.\1/; s/public void open\(Configuration ([a-z]+)\)/public void open(org.apache.flink.api.common.functions.OpenContext \1)/' "$f" > "$GEN/$(basename "$f")"; else cp "$f" "$GEN/"; fi
done
javac -nowarn -Xlint:none -cp "$CP:$OUT" -d "$OUT" "$GEN"/*.java 2>&1 | grep -v -E "^Note|^warning" || true
