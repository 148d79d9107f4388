#!/bin/sh
# Runs what bench/gpu/make.sh has packed on a machine with a GPU: the conformance kit, single kernels, whole models, and
# PyTorch beside them where python3 has it. Needs no network.
#
#   run.sh OUT [STEP...]     steps: facts verify kernels models peers (default: all), results as JSON in the folder OUT
#
#   TEGULA_DEVICE    the device (default: opencl:0)
#   TEGULA_MODELS    shapes and formats to make and measure (default: "llama-3.2-1b:F16 llama-3.2-1b:Q8_0 llama-3.2-1b:Q4_K
#                    llama-3.1-8b:Q8_0 llama-3.1-8b:Q4_K")
#   TEGULA_WORK      where models are made (default: a folder in /tmp)
#   TEGULA_JAVA_OPTS further options for java, split at blanks; -Dtegula.opencl=untested adds dp4a and mma.sync

set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:?the folder for the results}
shift
device=${TEGULA_DEVICE:-opencl:0}
models=${TEGULA_MODELS:-llama-3.2-1b:F16 llama-3.2-1b:Q8_0 llama-3.2-1b:Q4_K llama-3.1-8b:Q8_0 llama-3.1-8b:Q4_K}
work=${TEGULA_WORK:-${TMPDIR:-/tmp}/tegula-gpu}
mkdir -p "$out" "$work"
out=$(CDPATH='' cd -- "$out" && pwd)

# A driver in a container often has its OpenCL library and no file that tells the loader of it.
if [ -z "$(ls /etc/OpenCL/vendors/*.icd 2> /dev/null)" ] && [ -z "${OCL_ICD_VENDORS:-}" ]; then
    mkdir -p "$work/vendors"
    for name in libnvidia-opencl.so.1 libamdocl64.so libigdrcl.so; do
        found=$(ldconfig -p 2> /dev/null | sed -n "s/.*$name .*=> //p" | head -n 1)
        [ -z "$found" ] || echo "$found" > "$work/vendors/$name.icd"
    done
    export OCL_ICD_VENDORS="$work/vendors"
fi
loader=
ldconfig -p 2> /dev/null | grep -q 'libOpenCL\.so\.1' || loader=-Dorg.lwjgl.opencl.libname=$here/lib/libOpenCL.so.1

java="$here/java/bin/java --enable-native-access=ALL-UNNAMED --add-modules=jdk.incubator.vector $loader ${TEGULA_JAVA_OPTS:-}"
tegula() {
    # shellcheck disable=SC2086 # options, split on purpose
    $java -jar "$here/lib/tegula-cli.jar" "$@"
}
bench() {
    # shellcheck disable=SC2086 # options, split on purpose
    $java -cp "$here/lib/benchmarks.jar" dev.tegula.bench.Main "$@"
}
# Runs a step's command and says how it ended; a failure does not keep the others from running.
step() {
    name=$1
    shift
    start=$(date +%s)
    "$@" > "$out/$name.json" 2> "$out/$name.err"
    status=$?
    echo "$name: status $status, $(($(date +%s) - start)) s"
    if [ "$status" != 0 ]; then
        failed=1
        tail -n 5 "$out/$name.err"
    fi
}

facts() {
    { uname -a; nvidia-smi; ls /etc/OpenCL/vendors "${OCL_ICD_VENDORS:-/nowhere}"; } > "$out/machine.txt" 2>&1
    step devices tegula devices --json
    tegula devices
}
verify() {
    step verify tegula verify-kernels --device "$device" --json
}
kernels() {
    # One fork and short iterations: kernels on a device vary little.
    for suite in MatMulBench:rows=1,512 AttentionBench: RmsNormBench: SoftmaxBench: TopKBench:; do
        parameters=${suite#*:}
        step "kernels-${suite%%:*}" bench kernels --filter "${suite%%:*}" -f 1 -wi 3 -i 5 -w 1 -r 1 \
            -p "engine=$device" ${parameters:+-p "$parameters"} -rf json -rff "$out/kernels-${suite%%:*}.jmh.json"
    done
}
models() {
    for model in $models; do
        shape=${model%%:*} type=${model##*:}
        file=$work/$shape-$type.gguf
        step "make-$shape-$type" bench synthetic --shape "$shape" --type "$type" "$file"
        [ -f "$file" ] || continue
        step "model-$shape-$type" tegula bench --model "$file" --device "$device" --context 2048 --prefill 128,512 \
            --decode 64 --repeat 3 --json
        rm -f "$file"
    done
}
peers() {
    step peers python3 "$here/peers.py"
}

failed=0
[ $# -gt 0 ] || set -- facts verify kernels models peers
for each; do
    case $each in
        facts | verify | kernels | models | peers) "$each" ;;
        *) echo "no step '$each': facts, verify, kernels, models or peers" >&2; exit 2 ;;
    esac
done
exit $failed
