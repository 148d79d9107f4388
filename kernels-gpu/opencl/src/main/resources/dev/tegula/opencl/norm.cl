// Ops on a row as a whole: a work-group per row, or per part of one.

// Elements that a group has in local memory at a time.
#define STAGED 2048

typedef struct {
    SHARED float *lanes;
    SHARED float *staged;
} Room;

// What a kernel has for sums, and more for its own use: a number for each work-item.
#if ITEMS == 1
#define ROOM(room) float room##Lanes[16]; Room room = {room##Lanes, room##Lanes}
#else
#define ROOM(room) local float room##Lanes[ITEMS]; local float room##Staged[STAGED]; Room room = {room##Lanes, room##Staged}
#endif

// Sum of (x - mean)^2 or of x - mean by 16 lanes, lane j taking elements j, j + 16, ... in order, folded by halves.
float row_sum(global const float *x, int n, float mean, bool square, Room room) {
#if ITEMS == 1
    float16 acc = 0;
    int end = n / 16 * 16;
    for (int i = 0; i < end; i += 16) {
        float16 v = vload16(0, x + i) - mean;
        acc = square ? fma(v, v, acc) : acc + v;
    }
    vstore16(acc, 0, room.lanes);
    for (int i = end; i < n; i++) {
        float v = x[i] - mean;
        room.lanes[i - end] = square ? fma(v, v, room.lanes[i - end]) : room.lanes[i - end] + v;
    }
#else
    // All bring elements, 16 add them up.
    float acc = 0;
    for (int first = 0; first < n; first += STAGED) {
        int count = min(STAGED, n - first);
        for (int i = ITEM; i < count; i += ITEMS) {
            room.staged[i] = x[first + i];
        }
        MEET;
        if (ITEM < 16) {
            for (int i = ITEM; i < count; i += 16) {
                float v = room.staged[i] - mean;
                acc = square ? fma(v, v, acc) : acc + v;
            }
        }
        MEET;
    }
    if (ITEM < 16) {
        room.lanes[ITEM] = acc;
    }
#endif
    MEET;
    float half_[8];
    for (int j = 0; j < 8; j++) {
        half_[j] = room.lanes[j] + room.lanes[j + 8];
    }
    for (int j = 0; j < 4; j++) {
        half_[j] += half_[j + 4];
    }
    float sum = (half_[0] + half_[2]) + (half_[1] + half_[3]);
    // The lanes may be used again.
    MEET;
    return sum;
}

float rms_scale(global const float *x, int n, float eps, Room room) {
    return 1.0f / sqrt(row_sum(x, n, 0.0f, true, room) / (float)n + eps);
}

kernel void rms_norm(global const char *x, long xo, global const char *w, long wo, global char *y, long yo, int n,
                     float eps) {
    ROOM(room);
    long at = (long)get_group_id(0) * n;
    global const float *from = AT(const float, x, xo) + at;
    global float *to = AT(float, y, yo) + at;
    global const float *weights = AT(const float, w, wo);
    float scale = rms_scale(from, n, eps, room);
    for (int i = ITEM; i < n; i += ITEMS) {
        to[i] = from[i] * scale * weights[i];
    }
}

kernel void layer_norm(global const char *x, long xo, global const char *w, long wo, global const char *b, long bo,
                       global char *y, long yo, int n, float eps) {
    ROOM(room);
    long at = (long)get_group_id(0) * n;
    global const float *from = AT(const float, x, xo) + at;
    global float *to = AT(float, y, yo) + at;
    float mean = row_sum(from, n, 0.0f, false, room) / (float)n;
    float scale = 1.0f / sqrt(row_sum(from, n, mean, true, room) / (float)n + eps);
    for (int i = ITEM; i < n; i += ITEMS) {
        to[i] = fma((from[i] - mean) * scale, AT(const float, w, wo)[i], AT(const float, b, bo)[i]);
    }
}

kernel void norm_quantize(global const char *x, long xo, global const char *w, long wo, global char *y, long yo, int n,
                          int length, int bytes, float eps) {
    ROOM(room);
    int row = get_group_id(0);
    global const float *from = AT(const float, x, xo) + (long)row * n;
    global const float *weights = AT(const float, w, wo);
    float scale = rms_scale(from, n, eps, room);
    int blocks = n / length;
    global char *to = y + yo + (long)row * blocks * bytes;
#if ITEMS == 1
    for (int b = 0; b < blocks; b++) {
        quantize_block(from + b * length, true, scale, weights + b * length, to + (long)b * bytes, length);
    }
#else
    local int largest[ITEMS];
    local int sums[ITEMS];
    quantize_blocks(from, true, scale, weights, to, length, bytes, 0, blocks, largest, sums);
#endif
}

// NaN is passed over in the maximum and comes back through the sum.
kernel void softmax(global const char *x, long xo, global char *y, long yo, int n) {
    ROOM(room);
    long at = (long)get_group_id(0) * n;
    global const float *from = AT(const float, x, xo) + at;
    global float *to = AT(float, y, yo) + at;
    float largest = -INFINITY;
    for (int i = ITEM; i < n; i += ITEMS) {
        largest = from[i] > largest ? from[i] : largest;
    }
    room.lanes[ITEM] = largest;
    MEET;
    for (int i = 0; i < ITEMS; i++) {
        largest = room.lanes[i] > largest ? room.lanes[i] : largest;
    }
    for (int i = ITEM; i < n; i += ITEMS) {
        to[i] = exp_of(from[i] - largest);
    }
#if ITEMS > 1
    barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);
#endif
    float sum = row_sum(to, n, 0.0f, false, room);
    for (int i = ITEM; i < n; i += ITEMS) {
        to[i] = to[i] / sum;
    }
}
