// Attention on GPUs: a group of WORKERS work-items has a row's HEADS query heads, which share keys and values, all of their
// segments or one. It takes STEP blocks at a time: first a work-item has a position, whose key it multiplies with all queries;
// then elements of values, WORKERS apart (of all heads, one head after the other), to which positions are added in order. What
// is to be known of a head alone, its maximum m and sum l, work-item h does for head h. All work-items go through loops equally
// often, which some compilers need for what is between barriers.
#define STEP (WORKERS / BLOCK)
// Elements of values of a work-item; past the last head's they are of no use.
#define CHAINS ((SIZE * HEADS + WORKERS - 1) / WORKERS)
// A gap, so that work-items that have a block of scores each do not all read one bank.
#define PADDED (BLOCK + 1)

typedef struct {
    local float *q;
    local float *scores;
    // Of each head and block: its maximum, the factor of what was before it, its sum of weights.
    local float *largest;
    local float *factors;
    local float *sums;
} Step;

// What a row sees.
typedef struct {
    global const char *cache;
    global const int *table;
    int kvHeads;
    int kvHead;
    int first;
    int position;
} Seen;

global const char *keys_of(Seen seen, int block) {
    return seen.cache + ((long)seen.table[block] * seen.kvHeads + seen.kvHead) * 2 * HEAD_BYTES(SIZE);
}

// Scores of a work-item's position with all heads; -infinity where the row does not see it.
void scores(Step step, Seen seen, int block, int end, Scoring scoring, global const float *slopes, int firstHead,
            int endHead) {
    int item = get_local_id(0);
    int mine = block + item / BLOCK;
    int i = item % BLOCK;
    float sums[HEADS];
    UNROLL for (int h = 0; h < HEADS; h++) {
        sums[h] = 0;
    }
    int at = mine * BLOCK + i;
    bool sees = mine < end && at >= seen.first && at <= seen.position;
    // Those without a block take the last.
    global const char *keys = keys_of(seen, min(mine, end - 1));
    for (int d = 0; d < SIZE; d++) {
        float key = key_at(keys, d, i);
        UNROLL for (int h = 0; h < HEADS; h++) {
            sums[h] = fma(step.q[d * HEADS + h], key, sums[h]);
        }
    }
    UNROLL for (int h = 0; h < HEADS; h++) {
        step.scores[(h * STEP + item / BLOCK) * PADDED + i] = sees
            ? score(sums[h], seen.position - at, scoring, slopes[min(firstHead + h, endHead - 1)])
            : -INFINITY;
    }
}

// Makes weights of the scores; the head's maximum m goes on.
void weights(Step step, float *m) {
    int item = get_local_id(0);
    if (item < HEADS * STEP) {
        float larger = -INFINITY;
        for (int i = 0; i < BLOCK; i++) {
            float s = step.scores[item * PADDED + i];
            larger = s > larger ? s : larger;
        }
        step.largest[item] = larger;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item < HEADS) {
        for (int b = 0; b < STEP; b++) {
            float before = *m;
            float s = step.largest[item * STEP + b];
            *m = s > before ? s : before;
            step.largest[item * STEP + b] = *m;
            step.factors[item * STEP + b] = exp_of(before - *m);
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    UNROLL for (int h = 0; h < HEADS; h++) {
        local float *p = step.scores + (h * STEP + item / BLOCK) * PADDED + item % BLOCK;
        *p = exp_of(*p - step.largest[h * STEP + item / BLOCK]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}

// Adds up to STEP blocks to the values o.
void add_values(Step step, Seen seen, int block, int end, float *o) {
    int item = get_local_id(0);
    if (item < HEADS * STEP) {
        step.sums[item] = fold32(step.scores + item * PADDED);
    }
    for (int b = 0; b < min(STEP, end - block); b++) {
        global const char *values = keys_of(seen, block + b) + HEAD_BYTES(SIZE);
        int from = max(0, seen.first - (block + b) * BLOCK);
        int to = min(BLOCK, seen.position + 1 - (block + b) * BLOCK);
        UNROLL for (int j = 0; j < CHAINS; j++) {
            int d = (item + j * WORKERS) % SIZE;
            int h = min((item + j * WORKERS) / SIZE, HEADS - 1);
            local const float *p = step.scores + (h * STEP + b) * PADDED;
            float sum = o[j] * step.factors[h * STEP + b];
            for (int i = from; i < to; i++) {
                sum = fma(p[i], value_at(values, i, d), sum);
            }
            o[j] = sum;
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}

__attribute__((reqd_work_group_size(WORKERS, 1, 1)))
kernel void attention(global const char *q, long qo, global const char *cache, global const char *sinks, long so,
                      global char *y, long yo, int heads, int kvHeads, float scale, int window, float cap, int biased,
                      int sunk, global const float *slopes, global const int *batch, global const int *tables,
                      int perSequence, int cut, global float *parts, int segments) {
    local float queries[SIZE * HEADS];
    local float scoreOf[HEADS * STEP * PADDED];
    local float largest[HEADS * STEP];
    local float factors[HEADS * STEP];
    local float sums[HEADS * STEP];
    local float2 merged[HEADS];
    local float2 ends[HEADS];
    Step step = {queries, scoreOf, largest, factors, sums};
    Scoring scoring = {scale, window, cap, biased};
    int item = get_local_id(0);
    int perKv = heads / kvHeads;
    int tiles = (perKv + HEADS - 1) / HEADS;
    int kvHead = get_group_id(0) / tiles;
    int firstHead = kvHead * perKv + get_group_id(0) % tiles * HEADS;
    int endHead = (kvHead + 1) * perKv;
    int row = get_group_id(1);
    int position = batch[4 * row + 1];
    int first = window == 0 ? 0 : max(0, position - window + 1);
    Seen seen = {cache, tables + batch[4 * row + 2] * perSequence, kvHeads, kvHead, first, position};
    int begin = first / SEGMENT + (cut ? (int)get_group_id(2) : 0);
    int last = cut ? min(begin, position / SEGMENT) : position / SEGMENT;
    float total = -INFINITY;
    float sum = 0;
    float all[CHAINS];
    UNROLL for (int j = 0; j < CHAINS; j++) {
        all[j] = 0;
        int at = item + j * WORKERS;
        if (at < SIZE * HEADS) {
            int head = min(firstHead + at / SIZE, endHead - 1);
            queries[at % SIZE * HEADS + at / SIZE] =
                AT(const float, q, qo)[((long)row * heads + head) * SIZE + at % SIZE];
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int segment = begin; segment <= last; segment++) {
        float m = -INFINITY;
        float l = 0;
        float o[CHAINS];
        UNROLL for (int j = 0; j < CHAINS; j++) {
            o[j] = 0;
        }
        int end = min(position / BLOCK + 1, (segment + 1) * (SEGMENT / BLOCK));
        for (int block = max(first / BLOCK, segment * (SEGMENT / BLOCK)); block < end; block += STEP) {
            scores(step, seen, block, end, scoring, slopes, firstHead, endHead);
            barrier(CLK_LOCAL_MEM_FENCE);
            weights(step, &m);
            add_values(step, seen, block, end, o);
            if (item < HEADS) {
                for (int b = 0; b < min(STEP, end - block); b++) {
                    l = fma(l, factors[item * STEP + b], sums[item * STEP + b]);
                }
            }
        }
        if (item < HEADS) {
            if (segment == begin) {
                total = m;
                sum = l;
            } else {
                merged[item] = merge(&total, &sum, m, l);
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        UNROLL for (int j = 0; j < CHAINS; j++) {
            float2 factor = merged[min((item + j * WORKERS) / SIZE, HEADS - 1)];
            all[j] = segment == begin ? o[j] : fma(o[j], factor.y, all[j] * factor.x);
        }
    }
    if (item < HEADS) {
        float a = 1.0f;
        if (sunk && !cut) {
            a = add_sink(total, &sum, AT(const float, sinks, so)[min(firstHead + item, endHead - 1)]);
        }
        ends[item] = (float2)(a, sum);
        largest[item] = total;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    UNROLL for (int j = 0; j < CHAINS; j++) {
        int h = (item + j * WORKERS) / SIZE;
        int d = (item + j * WORKERS) % SIZE;
        int head = firstHead + h;
        if (h < HEADS && head < endHead && begin <= last) {
            if (cut) {
                global float *part = parts + (((long)row * heads + head) * segments + get_group_id(2)) * PART;
                part[16 + d] = all[j];
                if (d == 0) {
                    part[0] = largest[h];
                    part[1] = ends[h].y;
                }
            } else {
                float value = sunk ? all[j] * ends[h].x : all[j];
                AT(float, y, yo)[((long)row * heads + head) * SIZE + d] = value / ends[h].y;
            }
        }
    }
}
