package dev.tegula.quant.fmt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.quant.BlockEncoder;
import dev.tegula.quant.BlockFormat;
import dev.tegula.quant.Formats;
import dev.tegula.quant.eval.ErrorMeter;
import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.F16;
import dev.tegula.tensor.Fields;
import dev.tegula.tensor.codec.Codecs;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every encoder by what its blocks decode to. */
class EncodersTest {

    private static final int N = 16 * 256;

    static List<DType> encoded() {
        return Formats.all().stream().filter(f -> f.encoder().isPresent()).map(BlockFormat::type).toList();
    }

    static List<DType> quantized() {
        return encoded().stream().filter(DType::isBlocked).toList();
    }

    private static float[] draw(int n, DoubleSupplier source) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) source.getAsDouble();
        }
        return x;
    }

    private static float[] roundTrip(DType type, float[] x) {
        return decode(type, Formats.encoder(type).encode(x), x.length);
    }

    private static float[] decode(DType type, byte[] bytes, int n) {
        float[] y = new float[n];
        Formats.of(type).decoder().decode(MemorySegment.ofArray(bytes), 0, y, 0, n / type.blockLength());
        return y;
    }

    @Test
    void theTableHasTheEncodersItSays() {
        assertEquals(List.of(DType.F16, DType.Q4_0, DType.Q8_0, DType.Q4_K, DType.Q6_K, DType.BF16, DType.TQ1_0,
                DType.TQ2_0), encoded().stream().filter(type -> type.fields().isEmpty()).toList());
        assertEquals(32, encoded().stream().filter(type -> type.fields().isPresent()).count());
        String message = assertThrows(IllegalArgumentException.class, () -> Formats.encoder(DType.Q2_K)).getMessage();
        assertTrue(message.contains("Q4_K"), message);
        assertThrows(IllegalArgumentException.class, () -> Formats.of(DType.I32));
        assertEquals(4.5, Formats.of(DType.Q4_K).bitsPerWeight());
        assertEquals(2.0625, Formats.of(DType.TQ2_0).bitsPerWeight());
    }

    @ParameterizedTest
    @MethodSource("quantized")
    void isBetterThanThePlainQuantizer(DType type) {
        Random random = new Random(17);
        for (DoubleSupplier source : List.<DoubleSupplier>of(() -> 0.02 * random.nextGaussian(),
                () -> Math.log(1 - random.nextDouble()) * (random.nextBoolean() ? 0.02 : -0.02),
                () -> random.nextDouble() - 0.3, () -> 1 + 0.1 * random.nextGaussian())) {
            float[] x = draw(N, source);
            double ours = ErrorMeter.compare(x, roundTrip(type, x)).rmse();
            double plain = ErrorMeter.compare(x, Plain.roundTrip(type, x)).rmse();
            assertTrue(ours < plain, ours + " against " + plain);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Q4_0", "Q8_0", "Q4_K", "Q6_K"})
    void theErrorStaysWithinTheFormatsGrid(DType type) {
        // Half a step of the plain grid is rounding; the search may clamp the extremes by about one step more.
        double steps = type == DType.Q4_0 || type == DType.Q4_K ? 8 : type == DType.Q6_K ? 32 : 127;
        Random random = new Random(3);
        for (double size : new double[]{1e-3, 1, 1000, 60000}) {
            float[] x = draw(N, () -> size * (2 * random.nextDouble() - 1));
            double max = ErrorMeter.compare(x, roundTrip(type, x)).maxError();
            assertTrue(max <= 1.5 * size / steps, max + " for values up to " + size);
        }
    }

    @ParameterizedTest
    @MethodSource("quantized")
    void zerosStayZeros(DType type) {
        float[] zeros = new float[N];
        assertEquals(0, ErrorMeter.compare(zeros, roundTrip(type, zeros)).maxError());
        assertEquals(0, Math.abs(roundTrip(type, draw(N, () -> -0.0))[0]));
    }

    @ParameterizedTest
    @MethodSource("quantized")
    void aNaNOrAnInfinityMakesItsBlockNaNAndNoOther(DType type) {
        for (float bad : new float[]{Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            int length = type.blockLength();
            float[] x = draw(3 * length, () -> 1);
            x[length + 5] = bad;
            float[] y = roundTrip(type, x);
            for (int i = 0; i < y.length; i++) {
                assertEquals(i / length == 1, Float.isNaN(y[i]), "element " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("quantized")
    void finiteValuesOfAnySizeStayFinite(DType type) {
        Random random = new Random(9);
        for (int exponent = -149; exponent < 125; exponent += 3) {
            double size = Math.scalb(1.0, exponent);
            float[] x = draw(type.blockLength(), () -> size * random.nextGaussian());
            for (float y : roundTrip(type, x)) {
                assertTrue(Float.isFinite(y), "for values around 2^" + exponent);
            }
        }
        for (float y : roundTrip(type, draw(type.blockLength(), () -> -Float.MAX_VALUE))) {
            assertTrue(Float.isFinite(y));
        }
    }

    @ParameterizedTest
    @MethodSource("quantized")
    void subnormalScalesAreUsed(DType type) {
        // 2^-24 is the smallest scale: with one scale only that leaves coarse codes, with multiples of it fine ones.
        double limit = type == DType.Q4_K || type == DType.Q6_K ? 0.1 : bits(type) <= 2 ? 0.9 : 0.7;
        Random random = new Random(11);
        float[] x = draw(N, () -> 0x1p-17 * random.nextGaussian());
        double relative = ErrorMeter.compare(x, roundTrip(type, x)).relativeRmse();
        assertTrue(relative < limit, relative + "");
    }

    @ParameterizedTest
    @EnumSource(names = {"Q4_0", "Q8_0", "TQ1_0", "TQ2_0"})
    void whatTheFormatCanSayComesBackExactly(DType type) {
        Random random = new Random(23);
        int high = type == DType.Q4_0 ? 7 : type == DType.Q8_0 ? 127 : 1;
        for (int trial = 0; trial < 200; trial++) {
            float d = F16.toF32(F16.ofF32((float) (random.nextGaussian() * Math.scalb(1.0, random.nextInt(20) - 12))));
            int low = type == DType.Q4_0 && trial % 2 == 0 ? -8 : -high;
            float[] x = draw(type.blockLength(), () -> d * (low + random.nextInt(high - low + 1)));
            x[random.nextInt(x.length)] = d * low;
            assertEquals(0, ErrorMeter.compare(positiveZeros(x), positiveZeros(roundTrip(type, x))).maxError());
        }
    }

    private static float[] positiveZeros(float[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] + 0f;
        }
        return y;
    }

    @Test
    void constantSubBlocksOfQ4KAreOneMultiple() {
        float[] x = new float[256];
        for (int i = 0; i < 256; i++) {
            x[i] = -(i / 32 + 1) * 0.5f;
        }
        assertTrue(ErrorMeter.compare(x, roundTrip(DType.Q4_K, x)).maxError() < 4 / 63.0 / 2);
    }

    @Test
    void bothTernaryFormatsHoldTheSameValues() {
        Random random = new Random(29);
        float[] x = draw(N, random::nextGaussian);
        assertArrayEquals(roundTrip(DType.TQ1_0, x), roundTrip(DType.TQ2_0, x));
        float[] ternary = draw(N, () -> 0.625 * (random.nextInt(3) - 1));
        assertArrayEquals(ternary, positiveZeros(roundTrip(DType.TQ1_0, ternary)));
        assertArrayEquals(ternary, positiveZeros(roundTrip(DType.TQ2_0, ternary)));
    }

    @Test
    void ternaryBlocksAreTheBestOfAllScales() {
        Random random = new Random(31);
        float[] x = draw(256, random::nextGaussian);
        double ours = ErrorMeter.compare(x, roundTrip(DType.TQ2_0, x)).rmse();
        for (float d = 0.01f; d < 4; d += 0.01f) {
            float[] y = new float[256];
            for (int i = 0; i < 256; i++) {
                y[i] = d * Math.clamp(Math.round(x[i] / d), -1, 1);
            }
            // Our scale is the best in F32, rounded to F16.
            assertTrue(ours <= ErrorMeter.compare(x, y).rmse() * (1 + 0x1p-11));
        }
    }

    /** A code more or less than a bit of accuracy each: the error of normal values falls by about half. */
    @ParameterizedTest
    @ValueSource(strings = {"INT%d_G32", "INT%d_G128", "UINT%d_G32", "UINT%d_G128"})
    void aBitMoreHalvesTheError(String name) {
        Random random = new Random(41);
        float[] x = draw(N, random::nextGaussian);
        double before = 1;
        for (int bits = 1; bits <= 8; bits++) {
            double error = ErrorMeter.compare(x, roundTrip(DType.valueOf(name.formatted(bits)), x)).relativeRmse();
            assertTrue(error < (bits == 1 ? 0.86 : 0.63) * before, bits + " bits: " + error + " after " + before);
            before = error;
        }
        assertTrue(before < 0.0085, name + ": " + before);
    }

    /** Whatever codes, scale and zero point a group has, its values are encoded without loss. */
    @ParameterizedTest
    @MethodSource("fields")
    void groupsOfIntegersComeBackExactly(DType type) {
        Fields fields = type.fields().orElseThrow();
        Random random = new Random(43);
        for (int trial = 0; trial < 50; trial++) {
            float d = F16.toF32(F16.ofF32((float) Math.scalb(1 + random.nextDouble(), random.nextInt(20) - 12)));
            int zero = fields.hasZero() ? random.nextInt(fields.high() + 1) : 0;
            float[] x = draw(type.blockLength(), () -> d * (random.nextInt(1 << fields.bits()) + fields.low() - zero));
            // Both ends occur, so that the range says what the scale was.
            x[3] = d * (fields.low() - zero);
            x[17] = d * (fields.high() - zero);
            assertEquals(0, ErrorMeter.compare(positiveZeros(x), positiveZeros(roundTrip(type, x))).maxError(),
                    type + " d " + d + " zero " + zero);
        }
    }

    static List<DType> fields() {
        return quantized().stream().filter(type -> type.fields().isPresent()).toList();
    }

    private static int bits(DType type) {
        return type.fields().map(Fields::bits).orElse(4);
    }

    @Test
    void halvesAreRoundedOneByOne() {
        float[] x = {1, -0f, 65520, 1e-40f, Float.NaN, Float.NEGATIVE_INFINITY, 0.1f, 0x1p-25f, 0x1.8p-25f};
        float[] f16 = roundTrip(DType.F16, x);
        float[] bf16 = roundTrip(DType.BF16, x);
        for (int i = 0; i < x.length; i++) {
            assertEquals(F16.toF32(F16.ofF32(x[i])), f16[i]);
            assertEquals(Bf16.toF32(Bf16.ofF32(x[i])), bf16[i]);
        }
    }

    @ParameterizedTest
    @MethodSource("encoded")
    void encodesAtOffsetsAndRefusesWhatLiesOutside(DType type) {
        BlockEncoder encoder = Formats.encoder(type);
        Random random = new Random(37);
        float[] x = draw(3 * type.blockLength(), random::nextGaussian);
        byte[] whole = encoder.encode(x);
        byte[] bytes = new byte[2 * type.blockBytes() + 2];
        MemorySegment src = MemorySegment.ofArray(x);
        MemorySegment dst = MemorySegment.ofArray(bytes);
        encoder.encode(src, 4L * type.blockLength(), dst, 1, 2);
        assertArrayEquals(Arrays.copyOfRange(whole, type.blockBytes(), whole.length),
                Arrays.copyOfRange(bytes, 1, bytes.length - 1));
        assertEquals(0, bytes[0]);
        assertEquals(0, bytes[bytes.length - 1]);
        assertThrows(IndexOutOfBoundsException.class, () -> encoder.encode(src, 0, dst, 3, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> encoder.encode(src, 4, dst, 0, 3));
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(src, 0, dst, 0, -1));
        if (type.isBlocked()) {
            assertThrows(IllegalArgumentException.class, () -> encoder.encode(new float[3]));
        }
        assertTrue(Codecs.hasDecoder(type));
    }
}
