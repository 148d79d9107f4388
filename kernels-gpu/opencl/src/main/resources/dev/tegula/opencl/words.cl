// Weights packed in groups of 16 rows, 32-bit word i of a row beside those of the 15 others: a work-item has one row (of a
// group, lane of 16) or all of them.
#if LANES == 16
typedef global const int16 *Words;
#define WORD(words, i) ((words)[i])
#else
typedef global const int *Words;
#define WORD(words, i) ((words)[(i) * 16])
#endif

// What a format may need besides the weights: two numbers from the launcher, and where zero points and codes
// begin.
typedef struct {
    int first;
    int second;
    int zeros;
    int codes;
} Extra;

#define BYTE(word, j) (((word) >> (8 * (j))) & 0xFF)
#define SIGNED_BYTE(word, j) ((word) << (24 - 8 * (j)) >> 24)
// The F16 of an even or odd block out of the two in a word.
#define PAIRED_HALF(word, i) half_value((word) >> (16 * ((i) & 1)))

#if LANES == 16 && defined(__AVX512BW__)
// The compiler for such CPUs knows their sum of two products of 16 bits, which takes half the instructions.
typedef short Pairs __attribute__((ext_vector_type(32)));
#define PAIR_SUM(codes, pair) __builtin_astype(__builtin_ia32_pmaddwd512(__builtin_astype(codes, Pairs), \
    __builtin_astype((int16)(pair), Pairs)), int16)
#endif
