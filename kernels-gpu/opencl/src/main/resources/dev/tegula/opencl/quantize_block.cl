// Blocks of Q8 activations: scale = m / 127 with m the largest magnitude, codes x * (127 / m), sums of 16 or 32 codes.

// The scale of a block from the bits of its largest magnitude, and the factor of its elements; 0 where all codes are 0.
float scale_of(int bits, float *inverse) {
    float largest = as_float(bits);
    bool empty = bits >= INFINITE || largest < 0x1p-100f;
    *inverse = empty ? 0.0f : 127.0f / largest;
    return bits >= INFINITE ? NO_NUMBER : empty ? 0.0f : largest / 127.0f;
}

int code_of(float v, float inverse) {
    return inverse == 0.0f ? 0 : as_int(v * inverse + ROUND) - ROUND_BITS;
}

#if ITEMS == 1
// One block; of x[i] * scale * w[i] if it is to be normed.
void quantize_block(global const float *x, bool normed, float scale, global const float *w, global char *y,
                    int length) {
    int bits = 0;
    for (int i = 0; i < length; i++) {
        float v = normed ? x[i] * scale * w[i] : x[i];
        bits = max(bits, as_int(v) & 0x7FFFFFFF);
    }
    float inverse;
    *(global float *)y = scale_of(bits, &inverse);
    int per = length == 256 ? 16 : 32;
    global int *sums = (global int *)(y + 4);
    global char *codes = y + 4 + 4 * (length / per);
    for (int i = 0; i < length; i += per) {
        int sum = 0;
        for (int j = i; j < i + per; j++) {
            int q = code_of(normed ? x[j] * scale * w[j] : x[j], inverse);
            codes[j] = (char)q;
            sum += q;
        }
        sums[i / per] = sum;
    }
}

kernel void quantize(global const char *x, long xo, global char *y, long yo, int length, int bytes, int count) {
    int i = get_global_id(0);
    if (i < count) {
        global const float *from = AT(const float, x, xo) + (long)i * length;
        quantize_block(from, false, 0.0f, from, (global char *)y + yo + (long)i * bytes, length);
    }
}
#else
// Elements of a work-item, one after the other; as many work-items have a whole number of blocks.
#define PIECE 16

// Blocks first ... end - 1, a group of work-items together, each with a piece of a block.
void quantize_blocks(global const float *x, bool normed, float scale, global const float *w, global char *y, int length,
                     int bytes, int first, int end, local int *largest, local int *sums) {
    int pieces = length / PIECE;
    for (int begin = first; begin < end; begin += ITEMS / pieces) {
        int block = begin + ITEM / pieces;
        int piece = ITEM % pieces;
        float v[PIECE];
        int bits = 0;
        if (block < end) {
            long at = (long)block * length + piece * PIECE;
            UNROLL for (int i = 0; i < PIECE; i++) {
                v[i] = normed ? x[at + i] * scale * w[at + i] : x[at + i];
                bits = max(bits, as_int(v[i]) & 0x7FFFFFFF);
            }
        }
        largest[ITEM] = bits;
        MEET;
        for (int i = 0; i < pieces; i++) {
            bits = max(bits, largest[ITEM / pieces * pieces + i]);
        }
        float inverse;
        float d = scale_of(bits, &inverse);
        int sum = 0;
        global char *to = y + (long)block * bytes;
        // Codes are at a multiple of 4 bytes in every block.
        global int *codes = (global int *)(to + bytes - length + piece * PIECE);
        if (block < end) {
            UNROLL for (int i = 0; i < PIECE; i += 4) {
                int word = 0;
                UNROLL for (int j = 0; j < 4; j++) {
                    int q = code_of(v[i + j], inverse);
                    word |= (q & 0xFF) << (8 * j);
                    sum += q;
                }
                codes[i / 4] = word;
            }
        }
        sums[ITEM] = sum;
        MEET;
        int per = length == 256 ? 1 : 2;
        if (block < end && piece % per == 0) {
            ((global int *)(to + 4))[piece / per] = per == 1 ? sum : sum + sums[ITEM + 1];
            if (piece == 0) {
                *(global float *)to = d;
            }
        }
        MEET;
    }
}

kernel void quantize(global const char *x, long xo, global char *y, long yo, int length, int bytes, int count) {
    local int largest[ITEMS];
    local int sums[ITEMS];
    int each = ITEMS * PIECE / length;
    int first = get_group_id(0) * each;
    quantize_blocks(AT(const float, x, xo), false, 0.0f, AT(const float, x, xo), y + yo, length, bytes, first,
                    min(first + each, count), largest, sums);
}
#endif
