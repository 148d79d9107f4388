package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What both kinds of fuzzing begin with, and what they hold the reader to. */
final class FuzzSeeds {
    private FuzzSeeds() {}

    /** Small whole files, and the bad ones of the public record. */
    static Stream<byte[]> all() {
        return Stream.concat(good().stream(), GgufBadFilesTest.files().map(row -> (byte[]) row.get()[4]));
    }

    static List<byte[]> good() {
        GgufWriter small = GgufWriter.create().putUint32("a", 1).hole("t", DType.F32, 4).hole("u", DType.Q8_0, 32, 2);
        GgufWriter aligned = GgufWriter.create(2)
                .alignment(8)
                .putStrings("s", List.of("", "b", "cc"))
                .hole("t",
                        DType.I2_S, 128);
        GgufWriter split = GgufWriter.create().putUint32("split.count", 1).putUint32("split.no", 0);
        return List.of(whole(small, 128), whole(aligned, 64), whole(split, 0),
                whole(GgufMetadataTest.everything(), 0));
    }

    private static byte[] whole(GgufWriter writer, int data) {
        byte[] header = writer.header();
        return data == 0 ? header : Arrays.copyOf(header, (header.length + 31) / 32 * 32 + data);
    }

    /** Opens the bytes under two dialects; what opens must also be readable to its last element and tensor byte. */
    static void readOrRefuse(byte[] bytes) {
        for (GgufDialect dialect : new GgufDialect[]{GgufDialect.NONE, GgufDialect.BITNET_X86}) {
            try (GgufFile file = GgufFile.read(bytes, "fuzz", GgufOptions.defaults().withDialect(dialect))) {
                exercise(file, bytes.length);
            } catch (GgufException refusal) {
                assertTrue(refusal.getMessage().startsWith("fuzz: "), refusal.getMessage());
                assertTrue(refusal.offset().orElse(0) <= bytes.length, refusal.getMessage());
            }
        }
    }

    private static void exercise(GgufFile file, int length) {
        for (GgufMetadata.Entry entry : file.metadata().entries()) {
            assertTrue(entry.offset() <= length);
            assertTrue(entry.text() != null);
            if (entry.value() instanceof GgufArray array) {
                for (int i = 0; i < array.size(); i++) {
                    assertTrue(array.text(i) != null);
                }
            }
        }
        long before = 0;
        for (GgufTensor tensor : file.tensors()) {
            byte[] target = new byte[Math.toIntExact(tensor.bytes())];
            file.read(tensor, 0, MemorySegment.ofArray(target), 0, target.length);
            assertTrue(tensor.elements() > 0 && tensor.fileOffset() + tensor.bytes() <= length);
            before += tensor.bytes();
        }
        assertTrue(before <= length, "tensors share bytes");
    }
}
