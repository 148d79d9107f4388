package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.codec.Codecs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class I2sBlocksTest {
    private static final int COLS = 768;
    private static final int ROWS = 5;
    /** No F16, so that a scale that was rounded on the way would show. */
    private static final float SCALE = 0.037104f;

    @TempDir
    Path folder;

    /** Codes 0 … 3, of which BitNet's tool writes the first three. */
    private static int[] codes() {
        return new Random(7).ints(ROWS * COLS, 0, 4).toArray();
    }

    /** As quantize_i2_s writes them: {@code group} elements to group / 4 bytes, the first ones in the high bits. */
    private static byte[] tensor(int[] codes, int group) {
        ByteBuffer bytes = ByteBuffer.allocate(codes.length / 4 + 32).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < codes.length; i++) {
            int at = i / group * (group / 4) + i % (group / 4);
            int shift = 6 - 2 * (i % group / (group / 4));
            bytes.put(at, (byte) (bytes.get(at) | codes[i] << shift));
        }
        return bytes.putFloat(codes.length / 4, SCALE).array();
    }

    private GgufFile open(byte[] tensor, GgufOptions options) throws IOException {
        Path path = folder.resolve("m.gguf");
        GgufWriter.create()
                .tensor("before", DType.F32, new long[]{1}, MemorySegment.ofArray(new byte[4]))
                .tensor("t", DType.I2_S, new long[]{COLS, ROWS}, MemorySegment.ofArray(tensor))
                .hole("after", DType.F32, 1)
                .write(path);
        return GgufFile.open(path, options);
    }

    @ParameterizedTest
    @CsvSource({"bitnet-x86, 128, false", "bitnet-x86, 128, true", "bitnet-arm, 64, false", "bitnet-arm, 64, true"})
    void everyRangeOfBlocksIsWhatTheToolMeant(String dialect, int group, boolean noMmap) throws IOException {
        int[] codes = codes();
        GgufOptions options = GgufOptions.defaults().withDialect(GgufDialect.of(dialect)).withNoMmap(noMmap);
        try (GgufFile file = open(tensor(codes, group), options); Arena arena = Arena.ofConfined()) {
            int all = codes.length / 256;
            for (int first = 0; first < all; first++) {
                for (int count = 1; count <= all - first; count++) {
                    long bytes = (long) count * I2sBlocks.TYPE.blockBytes();
                    MemorySegment dst = arena.allocate(bytes + 7).fill((byte) 0x5A);
                    I2sBlocks.read(file, file.tensor("t"), first, dst, 3, count);
                    float[] values = new float[256 * count];
                    Codecs.decoder(I2sBlocks.TYPE).decode(dst, 3, values, 0, count);
                    for (int i = 0; i < values.length; i++) {
                        assertEquals(SCALE * (codes[256 * first + i] - 1), values[i], 0f);
                    }
                    assertEquals(0x5A5A5A, dst.get(ValueLayout.JAVA_INT_UNALIGNED, 0) & 0xFFFFFF);
                    assertEquals(0x5A5A5A5A, dst.get(ValueLayout.JAVA_INT_UNALIGNED, 3 + bytes));
                }
            }
        }
    }

    @Test
    void refusesOtherTensorsAndRangesOutside() throws IOException {
        GgufOptions options = GgufOptions.defaults().withDialect(GgufDialect.BITNET_X86);
        try (GgufFile file = open(tensor(codes(), 128), options); Arena arena = Arena.ofConfined()) {
            MemorySegment dst = arena.allocate(1 << 12);
            GgufTensor tensor = file.tensor("t");
            assertThrows(IllegalArgumentException.class,
                    () -> I2sBlocks.read(file, file.tensor("after"), 0, dst, 0, 1));
            // 15 blocks; what follows is the tail, which no range may reach.
            assertThrows(IndexOutOfBoundsException.class, () -> I2sBlocks.read(file, tensor, 15, dst, 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> I2sBlocks.read(file, tensor, 0, dst, 0, 16));
            assertThrows(IndexOutOfBoundsException.class, () -> I2sBlocks.read(file, tensor, -1, dst, 0, 1));
            assertThrows(IndexOutOfBoundsException.class,
                    () -> I2sBlocks.read(file, tensor, 0, dst, dst.byteSize() - 67, 1));
        }
    }
}
