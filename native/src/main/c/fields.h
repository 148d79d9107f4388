/*
 * Integers of 1 to 8 bits in groups of 32 or 128 with an F16 scale, and a zero point where the format has one
 * (dev.tegula.tile.PackFields). Per group, whose activations have one scale too, exact in I32 before the product with it:
 *
 *   c = fma((float) sum of (q - z) a, d dA, c)
 *
 * All widths are one code: bits, group and zeros are constants of each call site. A block has a plane of words for each
 * binary digit of its bits, the lowest bits of the codes in the widest.
 */

/* Puts the fields of the plane of p bits into elements 4u ... 4u + 3; it lies after the wider ones, in words as in codes. */
INLINE VI plane_codes(const int bits, const int p, const VI *w, const int u, VI q) {
    const int at = bits & -2 * p;
    const int right = u / p * p - at;
    if (!(bits & p)) {
        return q;
    }
    VI x = w[at + u % p];
    x = right > 0 ? vi_right(x, right) : right < 0 ? vi_left(x, -right) : x;
    return vi_or(q, vi_and(x, vi_all((((1 << p) - 1) << at) * 0x01010101)));
}

/* Elements 4u ... 4u + 3 of a block with these words, as the dot product takes them. */
INLINE VI field_codes(const int bits, const VI *w, const int u) {
    if (bits == 8) {
        return int8_code(w[u]);
    }
    VI q = plane_codes(bits, 4, w, u, vi_zero());
    return plane_codes(bits, 1, w, u, plane_codes(bits, 2, w, u, q));
}

/* Where zero points and codes of a row begin. */
INLINE int64_t fields_zeros(const int group, int64_t k) {
    return (k + 2 * group - 1) / (2 * group) * WORD;
}
INLINE int64_t fields_codes(const int group, const int zeros, int64_t k) {
    return fields_zeros(group, k) + (zeros ? (k + 4 * group - 1) / (4 * group) * WORD : 0);
}

/* The zero points of group g, which is even, and the next, as pairs of I16 of which the upper is 0; z is a row's first. */
INLINE void zero_pair(const int bits, const char *z, int64_t g, VI *even, VI *odd) {
    /* Codes of 8 bits are less 128, but for what int8_code adds. */
    const VI less = vi_all(bits == 8 ? 128 - OFFSET8 : 0);
    VI x = vi_load(z + g / 4 * WORD);
    if (g & 2) {
        x = vi_right(x, 16);
    }
    *even = vi_and(vi_sub(vi_and(x, vi_all(0xFF)), less), vi_all(0xFFFF));
    *odd = vi_and(vi_sub(vi_and(vi_right(x, 8), vi_all(0xFF)), less), vi_all(0xFFFF));
}

INLINE void decode_fields(const int bits, const int group, const int zeros, const char *w, int64_t k, int64_t k0,
                          int64_t count, struct panel *p, int v) {
    const int each = group / 32;
    for (int64_t g = k0 / group, b = 0; b < count / 32; g += 2, b += 2 * each) {
        VF d[2];
        VI z[2];
        vf_load_pairs(w + g / 2 * WORD, &d[0], &d[1]);
        if (zeros) {
            zero_pair(bits, w + fields_zeros(group, k), g, &z[0], &z[1]);
        }
        UNROLL for (int i = 0; i < 2; i++) {
            vf_store(p->d[b / each + i] + v * LANES, d[i]);
            if (zeros) {
                vi_store(p->scales[b / each + i] + v * LANES, z[i]);
            }
        }
    }
    w += fields_codes(group, zeros, k) + k0 / 32 * bits * WORD;
    for (int64_t b = 0; b < count / 32; b++, w += bits * WORD) {
        VI words[8];
        UNROLL for (int i = 0; i < bits; i++) {
            words[i] = vi_load(w + i * WORD);
            prefetch(w + i * WORD);
        }
        UNROLL for (int u = 0; u < 8; u++) {
            vi_store(p->codes[b * 8 + u] + v * LANES, field_codes(bits, words, u));
        }
    }
}

/* A group of one vector of rows times one row of activations, of which a has the group's block b of 32. */
INLINE VF group_fields(const int bits, const int group, const int zeros, const char *c, const struct record32 *a,
                       int64_t b, VF d, VI z, VF acc) {
    static const int32_t nothing = 0;
    const int dot_bits = bits <= 4 ? 4 : bits <= 7 ? 7 : 8;
    const struct record32 *record = a + b / BLOCKS;
    const int64_t g = b % BLOCKS / (group / 32);
    const int8_t *q = record->q + b % BLOCKS * 32;
    VI sum = vi_zero();
    UNROLL for (int i = 0; i < group / 32; i++, q += 32, c += bits * WORD) {
        const void *offset = zeros || i > 0 ? &nothing : &record->offset[g];
        VI words[8];
        UNROLL for (int j = 0; j < bits; j++) {
            words[j] = vi_load(c + j * WORD);
            prefetch(c + j * WORD);
        }
        VI s = dot_begin(offset), t = vi_zero();
        UNROLL for (int u = 0; u < 8; u += 2) {
            s = dot(dot_bits, s, field_codes(bits, words, u), vi_broadcast(q + 4 * u));
            t = dot(dot_bits, t, field_codes(bits, words, u + 1), vi_broadcast(q + 4 * u + 4));
        }
        sum = vi_add(sum, dot_end(dot_bits, dot_add(dot_bits, s, t), offset));
    }
    if (zeros) {
        sum = vi_dot_pairs(sum, z, vi_broadcast(&record->offset[g]));
    }
    return vf_fma(vf_of_int(sum), vf_mul(d, vf_broadcast(&record->d[g])), acc);
}

INLINE void gemv_fields(const int bits, const int group, const int zeros, const char *const w[2], int64_t k,
                        const void *x, float *out) {
    const int64_t each = group / 32, groups = k / group;
    VF acc[2], d[2][2];
    VI z[2][2];
    EACH_VECTOR {
        acc[v] = d[v][0] = d[v][1] = vf_zero();
        z[v][0] = z[v][1] = vi_zero();
    }
    for (int64_t g = 0; g < groups; g++) {
        EACH_VECTOR {
            if (g % 2 == 0) {
                vf_load_pairs(w[v] + g / 2 * WORD, &d[v][0], &d[v][1]);
                if (zeros) {
                    zero_pair(bits, w[v] + fields_zeros(group, k), g, &z[v][0], &z[v][1]);
                }
            } else {
                d[v][0] = d[v][1];
                z[v][0] = z[v][1];
            }
            const char *c = w[v] + fields_codes(group, zeros, k) + g * each * bits * WORD;
            acc[v] = group_fields(bits, group, zeros, c, x, g * each, d[v][0], z[v][0], acc[v]);
        }
    }
    EACH_VECTOR vf_store(out + v * LANES, acc[v]);
}

/* F(bits, group, zeros) for all formats; ZERO_ is 0 or 1. */
#define EACH_FIELDS(F)                                                                                                 \
    EACH_WIDTH(F, 32, 0) EACH_WIDTH(F, 128, 0) EACH_WIDTH(F, 32, 1) EACH_WIDTH(F, 128, 1)
#define EACH_WIDTH(F, GROUP_, ZERO_)                                                                                   \
    F(1, GROUP_, ZERO_)                                                                                                \
    F(2, GROUP_, ZERO_)                                                                                                \
    F(3, GROUP_, ZERO_)                                                                                                \
    F(4, GROUP_, ZERO_)                                                                                                \
    F(5, GROUP_, ZERO_)                                                                                                \
    F(6, GROUP_, ZERO_)                                                                                                \
    F(7, GROUP_, ZERO_)                                                                                                \
    F(8, GROUP_, ZERO_)

#define FIELDS_FUNCTIONS(BITS, GROUP_, ZERO_)                                                                          \
    static void decode_##BITS##_##GROUP_##_##ZERO_(const char *w, int64_t k, int64_t k0, int64_t count,                \
                                                   struct panel *p, int v) {                                           \
        decode_fields(BITS, GROUP_, ZERO_, w, k, k0, count, p, v);                                                     \
    }                                                                                                                  \
    static void gemv_##BITS##_##GROUP_##_##ZERO_(const char *const w[2], int64_t k, const void *x, float *out) {       \
        gemv_fields(BITS, GROUP_, ZERO_, w, k, x, out);                                                                \
    }
EACH_FIELDS(FIELDS_FUNCTIONS)

/* What multiplies codes of so many bits in groups of 32 or 128. */
#define FIELDS_MULTIPLY(BITS, ZERO_, GROUP_)                                                                           \
    (BITS) <= 4 ? ((ZERO_) ? multiply_4_zero##GROUP_ : multiply_4##GROUP_)                                             \
    : (BITS) <= 7 ? ((ZERO_) ? multiply_7_zero##GROUP_ : multiply_7##GROUP_)                                           \
                  : ((ZERO_) ? multiply_8_zero##GROUP_ : multiply_8##GROUP_)
#define FIELDS_MULTIPLY_32(BITS, ZERO_) FIELDS_MULTIPLY(BITS, ZERO_, )
#define FIELDS_MULTIPLY_128(BITS, ZERO_) FIELDS_MULTIPLY(BITS, ZERO_, _128)

/* Their rows of the table. The offset of signed codes is taken off as one, zero points are multiplied by -sum of a. */
#define FIELDS_ROW(BITS, GROUP_, ZERO_)                                                                                \
    [FORMAT_FIELDS + ((ZERO_)*2 + (GROUP_) / 128) * 8 + (BITS)-1] = {                                                  \
        BLOCKS##GROUP_((ZERO_)      ? 1                                                                               \
                       : (BITS) == 8 ? OFFSET8                                                                         \
                                     : 1 << ((BITS)-1)),                                                               \
        decode_##BITS##_##GROUP_##_##ZERO_,                                                                            \
        FIELDS_MULTIPLY_##GROUP_(BITS, ZERO_),                                                                         \
        gemv_##BITS##_##GROUP_##_##ZERO_,                                                                              \
    },
