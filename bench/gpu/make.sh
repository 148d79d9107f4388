#!/bin/sh
# Makes a folder that runs Tegula on a machine with a GPU and without a JDK, Maven or network: a run-time image, the jars,
# the OpenCL loader, and run.sh.
#
#   bench/gpu/make.sh DIR [MODEL...]     models (GGUF files) to bring along; without any, run.sh makes its own
#
# Needs JAVA_HOME (or java in the path) of a JDK 25 with jmods or a linkable image, and the build's jars.

set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
out=${1:?the folder to make}
shift
for jar in "$root/cli/target/tegula-cli.jar" "$root/bench/target/benchmarks.jar"; do
    [ -f "$jar" ] || { echo "$jar is missing: run ./mvnw -DskipTests package" >&2; exit 1; }
done
jlink=${JAVA_HOME:+$JAVA_HOME/bin/}jlink
loader=$(ldconfig -p 2> /dev/null | sed -n 's/.*libOpenCL\.so\.1 .*=> //p' | head -n 1)

mkdir -p "$out/lib"
rm -rf "$out/java"
"$jlink" --output "$out/java" --strip-debug --no-header-files --no-man-pages --compress zip-9 \
    --add-modules java.base,java.logging,java.management,jdk.jfr,jdk.management,jdk.unsupported,jdk.incubator.vector
# The command line finds its jars in lib beside its own.
cp "$root/bench/target/benchmarks.jar" "$root/cli/target/tegula-cli.jar" "$out/lib/"
cp -r "$root/cli/target/lib" "$out/lib/"
# A machine with a driver does not always have the loader.
[ -z "$loader" ] || cp -L "$loader" "$out/lib/libOpenCL.so.1"
cp "$root/bench/gpu/run.sh" "$root/bench/gpu/peers.py" "$out/"
for model; do
    cp "$model" "$out/"
done
du -sh "$out"
