#!/bin/sh
# Compiles the native kernels into a folder of classes: build.sh SOURCES OUTPUT
# One library for each platform that there is a compiler for: gcc or clang for this machine, a cross compiler of GCC for the
# other processor. Does nothing but say so where there is none; the product then runs there without this engine. CC names
# another compiler for this machine.
set -eu
src=$1
classes=$2
if [ "$(uname -s)" != Linux ]; then
  echo "native kernels: none for $(uname -s) yet"
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

# The compiler for a processor, or nothing.
compiler() {
  if [ "$(uname -m)" != "$1" ]; then
    command -v "$1-linux-gnu-gcc" || true
  else
    for name in ${CC:-gcc clang}; do
      if command -v "$name"; then return; fi
    done
  fi
}

# Compiles a file with the flags that follow its name.
compile() {
  name=$1
  shift
  # shellcheck disable=SC2086
  $cc $flags "$@" -c "$src/$name.c" -o "$objects/$name.o"
}

# The same for instructions that not every compiler and assembler knows.
compile_if_known() {
  if ! compile "$@" 2>"$objects/log"; then
    echo "native kernels: $cc or its assembler does not know what $1.c needs, building without it"
  fi
}

# Whether the compiler knows a flag.
known() {
  echo >"$objects/empty.c"
  $cc "$1" -c "$objects/empty.c" -o "$objects/empty" 2>"$objects/log"
}

# The library of a platform.
build() {
  processor=$1
  library=$classes/dev/tegula/nat/linux-$processor/libtegula.so
  cc=$(compiler "$processor")
  if [ -z "$cc" ]; then
    echo "native kernels: no C compiler for $processor found, building without them"
    return
  fi
  if [ -e "$library" ] && [ -z "$(find "$src" -newer "$library")" ]; then
    return
  fi
  objects=$work/$processor
  mkdir -p "$objects" "${library%/*}"
  if [ "$processor" = x86_64 ]; then
    # Skylake's successors do not keep a jump at the border of 32 bytes in their cache of decoded instructions, so that a
    # loop's speed would depend on where it happens to lie.
    for aligned in -Wa,-mbranches-within-32B-boundaries -mbranches-within-32B-boundaries; do
      if known $aligned; then
        flags="$flags $aligned"
        break
      fi
    done
  fi
  compile probe
  compile memory
  if [ "$processor" = x86_64 ]; then
    avx2="-mavx2 -mfma -mf16c"
    avx512="$avx2 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mprefer-vector-width=512"
    # Not for the compiler's own use: the probe says at run time whether the CPU has them.
    if known -mavx512bf16; then
      avx512="$avx512 -DBF16_DOT"
      compile bf16 $avx512 -mavx512bf16
    else
      echo "native kernels: $cc does not know dot products of BF16, building without them"
    fi
    compile avx2 $avx2
    compile_if_known avxvnni $avx2 -mavxvnni
    compile avx512 $avx512
    compile_if_known amx $avx512 -mamx-tile -mamx-int8
  else
    # GCC's first scheduling moves a tile's loads so far ahead that its registers spill.
    plain="-fno-schedule-insns"
    compile neon $plain -march=armv8.2-a+dotprod
    compile_if_known i8mm $plain -march=armv8.2-a+dotprod+i8mm
    compile_if_known bf16 $plain -march=armv8.2-a+dotprod+bf16
  fi
  # Needs no C library, so it loads beside any.
  $cc -shared -nostdlib -Wl,--no-undefined -Wl,-z,noexecstack -Wl,--build-id=none -s -o "$objects/libtegula.so" \
    "$objects"/*.o
  mv "$objects/libtegula.so" "$library"
}

build x86_64 &
x86=$!
build aarch64 &
arm=$!
failed=0
wait $x86 || failed=1
wait $arm || failed=1
exit $failed
