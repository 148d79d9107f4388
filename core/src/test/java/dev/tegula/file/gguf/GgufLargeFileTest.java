package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.tensor.DType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file above 4 GiB, nearly all of it holes: offsets past 31 and 32 bits, in one tensor and across tensors. */
class GgufLargeFileTest {
    private static final long GIB = 1L << 30;
    private static final byte[] MARK = {11, 22, 33, 44, 55, 66, 77, 88};

    @TempDir
    Path folder;

    @Test
    void offsetsAreLong() throws IOException {
        assumeTrue(Files.getFileStore(folder).getUsableSpace() > 6 * GIB, "needs 6 GiB of room, to be sure");
        Path path = folder.resolve("large.gguf");
        long[] marks = {0, 2 * GIB - 4, 2 * GIB + 5, 3 * GIB - 8};
        GgufWriter.create().tensor("wide", DType.F32, new long[]{GIB / 4, 3}, channel -> {
            SeekableByteChannel seekable = (SeekableByteChannel) channel;
            long start = seekable.position();
            for (long mark : marks) {
                seekable.position(start + mark).write(ByteBuffer.wrap(MARK));
            }
        })
                .hole("between", DType.F16, GIB, 1)
                .tensor("last", DType.F32, new long[]{2}, MemorySegment.ofArray(MARK))
                .write(path);
        assertTrue(Files.size(path) > 5 * GIB, Files.size(path) + " bytes");
        for (boolean noMmap : new boolean[]{false, true}) {
            try (GgufFile file = GgufFile.open(path, GgufOptions.defaults().withNoMmap(noMmap))) {
                GgufTensor wide = file.tensor("wide");
                assertEquals(3 * GIB, wide.bytes());
                for (long mark : marks) {
                    assertArrayEquals(MARK, bytes(file, wide, mark));
                }
                assertArrayEquals(new byte[8], bytes(file, wide, GIB));
                assertEquals(5 * GIB, file.tensor("last").offset());
                assertArrayEquals(MARK, bytes(file, file.tensor("last"), 0));
                assertArrayEquals(new byte[8], bytes(file, file.tensor("between"), 2 * GIB - 8));
            }
        }
    }

    private static byte[] bytes(GgufFile file, GgufTensor tensor, long at) {
        byte[] bytes = new byte[8];
        file.read(tensor, at, MemorySegment.ofArray(bytes), 0, 8);
        return bytes;
    }
}
