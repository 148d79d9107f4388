// A tile's integers by matrix instructions: of 8 sub-groups of 32 work-items each has 32 rows of W by 32 of x, as 2 by 4 products
// of 16 by 8. Which work-item has what of a product says "PTX ISA", sections "Matrix Fragments for mma.m16n8k32" and
// "... mma.m16n8k16": with g = lane / 4 and t = lane % 4, of A (W) word t of rows g and g + 8, and for k32 word t + 4 of both; of
// B (x) word t of column g, then word t + 4; of the result rows g and g + 8, columns 2 t and 2 t + 1 of each.
#define W_OF(item, o) ((item) / 32 % 4 * 32 + (o) / 16 * 16 + (o) % 4 / 2 * 8 + (item) % 32 / 4)
#define X_OF(item, o) ((item) / 128 * 32 + (o) / 4 % 4 * 8 + (item) % 4 * 2 + (o) % 2)
#define A_WORDS (SUB_WORDS / 2)
#define B_WORDS (SUB_WORDS / 4)

#ifdef MMA_PTX
#define MMA_SCRATCH
#define MMA_SCRATCH_PARAMETER
#define MMA_SCRATCH_ARGUMENT
#define MMA(a, b, c, item) mma_s8(a, b, c)
void mma_s8(const int *a, const int *b, int *c) {
#if SUB == 32
    __asm__ volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    __asm__ volatile("mma.sync.aligned.m16n8k16.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
        : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(b[0]));
#endif
}
#else
// The same through local memory, for tests of everything but the instruction.
#define FRAGMENT (A_WORDS + B_WORDS)
#define MMA_SCRATCH local int fragments[256 * FRAGMENT]
#define MMA_SCRATCH_PARAMETER , local int *fragments
#define MMA_SCRATCH_ARGUMENT , fragments
#define MMA(a, b, c, item) mma_s8(a, b, c, fragments, item)
void mma_s8(const int *a, const int *b, int *c, local int *fragments, int item) {
    local int *mine = fragments + item * FRAGMENT;
    for (int i = 0; i < A_WORDS; i++) {
        mine[i] = a[i];
    }
    for (int i = 0; i < B_WORDS; i++) {
        mine[A_WORDS + i] = b[i];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    local int *all = fragments + item / 32 * 32 * FRAGMENT;
    for (int o = 0; o < 4; o++) {
        int row = item % 32 / 4 + o / 2 * 8;
        int column = item % 4 * 2 + o % 2;
        for (int u = 0; u < SUB_WORDS; u++) {
            int w = all[(row % 8 * 4 + u % 4) * FRAGMENT + row / 8 + u / 4 * 2];
            int x = all[(column * 4 + u % 4) * FRAGMENT + A_WORDS + u / 4];
            c[o] = dot4(w, x, c[o]);
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}
#endif

void tile_products(local const int *codes, local const int *x, int item, int *part MMA_SCRATCH_PARAMETER) {
    int g = item % 32 / 4;
    int t = item % 4;
    codes += item / 32 % 4 * 32;
    x += item / 128 * 32;
    int b[4][B_WORDS];
    UNROLL for (int j = 0; j < 4; j++) {
        UNROLL for (int i = 0; i < B_WORDS; i++) {
            b[j][i] = x[(t + i * 4) * X_STRIDE + j * 8 + g];
        }
    }
    UNROLL for (int m = 0; m < 2; m++) {
        int a[A_WORDS];
        UNROLL for (int i = 0; i < A_WORDS; i++) {
            a[i] = codes[(t + i / 2 * 4) * W_STRIDE + m * 16 + i % 2 * 8 + g];
        }
        UNROLL for (int j = 0; j < 4; j++) {
            int *c = part + (m * 4 + j) * 4;
            c[0] = 0;
            c[1] = 0;
            c[2] = 0;
            c[3] = 0;
            MMA(a, b[j], c, item);
        }
    }
}

#define PARTS(codes, x, item, part) tile_products(codes, x, item, part MMA_SCRATCH_ARGUMENT)
