#!/bin/sh
# Compiles the native kernels into a folder of classes: build.sh SOURCES OUTPUT
# Does nothing but say so where there is no C compiler or the platform is not one we have kernels for; the product then
# runs without this engine. CC names a compiler other than the first of gcc and clang.
set -eu
src=$1
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x86_64 ;;
  *) echo "native kernels: none for $(uname -s) on $(uname -m) yet"; exit 0 ;;
esac
out=$2/dev/tegula/nat/$platform
cc=${CC:-}
for name in gcc clang; do
  [ -n "$cc" ] || cc=$(command -v "$name" || true)
done
if [ -z "$cc" ]; then
  echo "native kernels: no C compiler (gcc, clang) found, building without them"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# No contraction and no other liberty with floats: results have the bits of the scalar twin. Never -march=native: the
# library runs on every CPU of the platform and the probe decides what is called.
flags="-std=gnu11 -O3 -fPIC -fvisibility=hidden -ffp-contract=off -fno-math-errno -fno-trapping-math -Wall -Wextra"
# Sums of products stay where the source has them (GCC would make trees of a register tile's integer sums, and spill), and
# loops stay loops.
flags="$flags -fno-tree-reassoc -fno-tree-loop-distribute-patterns"
# Skylake's successors do not keep a jump at the border of 32 bytes in their cache of decoded instructions, so that a loop's
# speed would depend on where it happens to lie.
echo >"$work/empty.c"
aligned="-Wa,-mbranches-within-32B-boundaries"
$cc $aligned -c "$work/empty.c" -o "$work/empty.o" 2>"$work/empty.log" || aligned="-mbranches-within-32B-boundaries"
$cc $aligned -c "$work/empty.c" -o "$work/empty.o" 2>"$work/empty.log" && flags="$flags $aligned"
rm -f "$work/empty.o"
$cc $flags -c "$src/probe.c" -o "$work/probe.o"
$cc $flags -c "$src/memory.c" -o "$work/memory.o"
avx2="-mavx2 -mfma -mf16c"
avx512="$avx2 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mprefer-vector-width=512"
$cc $flags $avx2 -c "$src/avx2.c" -o "$work/avx2.o"
if ! $cc $flags $avx2 -mavxvnni -c "$src/avxvnni.c" -o "$work/avxvnni.o" 2>"$work/avxvnni.log"; then
  echo "native kernels: this compiler or its assembler does not know AVX-VNNI, building without it"
fi
$cc $flags $avx512 -c "$src/avx512.c" -o "$work/avx512.o"
mkdir -p "$out"
# Needs no C library, so it loads beside any.
$cc -shared -nostdlib -Wl,--no-undefined -Wl,-z,noexecstack -Wl,--build-id=none -s -o "$work/libtegula.so" "$work"/*.o
mv "$work/libtegula.so" "$out/libtegula.so"
