// The KV cache of one layer: KV is the format of its elements. A block has, head by head, keys [size][32] and values
// [32][size]; of Q8_0 the scales [size / 32][32] come before the codes.
#define KV_F32 0
#define KV_F16 1
#define KV_BF16 2
#define KV_Q8_0 3
#define BLOCK 32

#if KV == KV_F32
#define HEAD_BYTES(size) (4L * BLOCK * (size))
#elif KV == KV_Q8_0
#define HEAD_BYTES(size) (34L * (size))
#else
#define HEAD_BYTES(size) (2L * BLOCK * (size))
#endif

global char *head_keys(global char *cache, int block, int kvHeads, int head, int size) {
    return cache + ((long)block * kvHeads + head) * 2 * HEAD_BYTES(size);
}
