package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** One line of bytes and the values an independent decoder gave for them; the resource files say which. */
record Golden(byte[] bytes, float[] values) {

    static List<Golden> of(DType type) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Golden.class.getResourceAsStream(type + ".txt"), type + ".txt"),
                StandardCharsets.US_ASCII))) {
            List<byte[]> lines = reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> HexFormat.of().parseHex(line))
                    .toList();
            return IntStream.range(0, lines.size() / 2)
                    .mapToObj(i -> new Golden(lines.get(2 * i), floats(lines.get(2 * i + 1))))
                    .toList();
        }
    }

    private static float[] floats(byte[] bytes) {
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    MemorySegment segment() {
        return MemorySegment.ofArray(bytes).asReadOnly();
    }

    /** Floats as their bits, so that zeros of either sign and NaN compare as what they are. */
    static int[] bits(float[] values) {
        return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
    }

    static float[] read(MemorySegment segment) {
        return segment.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
}
