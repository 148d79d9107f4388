// A word's four codes times four activations, added to a sum: exact, since all codes are -128 ... 127 as signed bytes.
#ifdef DOT_KHR
#ifdef DOT_EMULATED
// What the extension has, for tests on devices without it.
#define dot_4x8packed_ss_int emulated_dot
int emulated_dot(uint a, uint b) {
    int sum = 0;
    for (int i = 0; i < 32; i += 8) {
        sum += as_char((uchar)(a >> i)) * as_char((uchar)(b >> i));
    }
    return sum;
}
#endif
int dot4(int codes, int activations, int sum) {
    return sum + dot_4x8packed_ss_int(as_uint(codes), as_uint(activations));
}
#elif defined(DOT_PTX)
int dot4(int codes, int activations, int sum) {
    int result;
    __asm__("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(result) : "r"(codes), "r"(activations), "r"(sum));
    return result;
}
#else
int dot4(int codes, int activations, int sum) {
    char4 w = as_char4(codes);
    char4 a = as_char4(activations);
    return sum + w.x * a.x + w.y * a.y + w.z * a.z + w.w * a.w;
}
#endif
