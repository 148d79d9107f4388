/* Which instruction sets this CPU has and the system saves: compiled for the baseline, called before any kernel. */
#include <stdint.h>

#include "tegula.h"

/* Bits of the answer; dev.tegula.nat.Isa has the same. */
#define FEATURE_AVX2 1    /* AVX2, FMA and F16C */
#define FEATURE_AVXVNNI 4 /* and AVX-VNNI */
#define FEATURE_AVX512 2  /* AVX-512 F, BW, DQ, VL and VNNI */
#define FEATURE_AMX 8     /* and AMX-int8 */
#define FEATURE_NEON 16   /* dot products of bytes, and NEON, which every AArch64 has */
#define FEATURE_I8MM 32   /* and matrix products of bytes */
#define FEATURE_BF16 64   /* AVX512 or NEON of this list, and dot products of BF16 */

EXPORT int32_t tegula_features(int32_t ask);

#ifdef __aarch64__

/* Keys and bits of what the system tells a process. */
#define AT_HWCAP 16
#define AT_HWCAP2 26
#define HWCAP_ASIMDDP (1ul << 20)
#define HWCAP2_I8MM (1ul << 13)
#define HWCAP2_BF16 (1ul << 14)

/* Of the C library that the process has; the kernels need none and load without it. */
extern unsigned long getauxval(unsigned long) __attribute__((weak));

int32_t tegula_features(int32_t ask) {
    (void)ask;
    int32_t features = 0;
    if (getauxval && (getauxval(AT_HWCAP) & HWCAP_ASIMDDP)) {
        features |= FEATURE_NEON;
        if (getauxval(AT_HWCAP2) & HWCAP2_I8MM) {
            features |= FEATURE_I8MM;
        }
        if (getauxval(AT_HWCAP2) & HWCAP2_BF16) {
            features |= FEATURE_BF16;
        }
    }
    return features;
}

#else

#include <cpuid.h>

/* Bits of leaf 7.1, EAX. */
#define AVX_VNNI (1u << 4)
#define AVX512_BF16 (1u << 5)

/* The register XCR0: which vector registers the system saves. */
static uint64_t saved_registers(void) {
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

/* What the system's arch_prctl wants for the tiles' registers. */
#define SYS_arch_prctl 158
#define ARCH_REQ_XCOMP_PERM 0x1023
#define XTILEDATA 18

/* Whether the system lets this process use the tiles' registers; asked once, for all threads. */
static int tiles_permitted(void) {
    int64_t result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"((int64_t)SYS_arch_prctl), "D"((int64_t)ARCH_REQ_XCOMP_PERM), "S"((int64_t)XTILEDATA)
                     : "rcx", "r11", "memory");
    return result == 0;
}

/*
 * Where `ask` is not 0, AMX counts if the system permits it. Else nobody asks: with the permission the system wants larger
 * stacks for signals of every thread, which is more than a process that does not use it should be made to give.
 */
int32_t tegula_features(int32_t ask) {
    uint32_t a, b, c, d, b7, c7, d7;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) {
        return 0;
    }
    if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7)) {
        return 0;
    }
    uint64_t saved = saved_registers();
    int32_t features = 0;
    int ymm = (saved & 0x6) == 0x6;
    int zmm = (saved & 0xe6) == 0xe6;
    if (ymm && (c & bit_FMA) && (c & bit_F16C) && (b7 & bit_AVX2)) {
        features |= FEATURE_AVX2;
    }
    uint32_t a71;
    if (!__get_cpuid_count(7, 1, &a71, &b, &c, &d)) {
        a71 = 0;
    }
    if ((features & FEATURE_AVX2) && (a71 & AVX_VNNI)) {
        features |= FEATURE_AVXVNNI;
    }
    uint32_t wide = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    if (zmm && (features & FEATURE_AVX2) && (b7 & wide) == wide && (c7 & bit_AVX512VNNI)) {
        features |= FEATURE_AVX512;
    }
    if ((features & FEATURE_AVX512) && (a71 & AVX512_BF16)) {
        features |= FEATURE_BF16;
    }
    uint32_t amx = bit_AMX_TILE | bit_AMX_INT8;
    int tiles = (saved & 0x60000) == 0x60000;
    if (tiles && (features & FEATURE_AVX512) && (d7 & amx) == amx && (!ask || tiles_permitted())) {
        features |= FEATURE_AMX;
    }
    return features;
}

#endif
