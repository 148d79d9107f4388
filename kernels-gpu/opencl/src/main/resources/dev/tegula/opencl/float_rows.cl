// Products of F32 rows with a group of F32, F16 or BF16 weights (WEIGHTS): acc = fma(x[i], w[i], acc) in the order of i.
#define W_F32 0
#define W_F16 1
#define W_BF16 2

// Elements in a word.
#if WEIGHTS == W_F32
#define PER_WORD 1
#else
#define PER_WORD 2
#endif

#if WEIGHTS == W_F16
#define LOWER(word) half_value(word)
#define UPPER(word) half_value((word) >> 16)
#elif WEIGHTS == W_BF16
#define LOWER(word) AS_F((word) << 16)
#define UPPER(word) AS_F((word) & (int)0xFFFF0000)
#endif

#define ZEROS_OFFSET(k) 0
#define CODES_OFFSET(k, a, b) 0
