package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufSplitTest {
    @TempDir
    Path folder;

    private Path part(int number, int count) {
        return folder.resolve(String.format("model-%05d-of-%05d.gguf", number, count));
    }

    /** Part {@code index} from 0, with one tensor whose bytes are all {@code index + 1}. */
    private GgufWriter writer(int index, int count, int tensors) {
        GgufWriter writer = GgufWriter.create();
        if (index == 0) {
            writer.putString("general.architecture", "llama");
        }
        byte[] data = new byte[32];
        java.util.Arrays.fill(data, (byte) (index + 1));
        return writer.putInteger("split.no", GgufValueType.UINT16, index)
                .putInteger("split.count", GgufValueType.UINT16, count)
                .putInteger("split.tensors.count", GgufValueType.INT32, tensors)
                .tensor("blk." + index, DType.F32, new long[]{8}, MemorySegment.ofArray(data));
    }

    private void writeThree() throws IOException {
        for (int i = 0; i < 3; i++) {
            writer(i, 3, 3).write(part(i + 1, 3));
        }
    }

    @Test
    void theFirstPartOpensAll() throws IOException {
        writeThree();
        for (boolean noMmap : new boolean[]{false, true}) {
            try (GgufFile file = GgufFile.open(part(1, 3), GgufOptions.defaults().withNoMmap(noMmap));
                    Arena arena = Arena.ofConfined()) {
                assertEquals(3, file.parts().size());
                assertEquals("llama", file.metadata().getString("general.architecture"));
                assertEquals(3, file.tensors().size());
                assertEquals(3 * Files.size(part(2, 3)) + Files.size(part(1, 3)) - Files.size(part(3, 3)),
                        file.fileBytes());
                for (int i = 0; i < 3; i++) {
                    GgufTensor tensor = file.tensor("blk." + i);
                    assertEquals(i, tensor.part());
                    assertEquals(i + 1, file.load(tensor, arena).get(ValueLayout.JAVA_BYTE, 31));
                }
            }
        }
    }

    @Test
    void everyPartIsOfTheIdentity() throws IOException {
        writeThree();
        for (int part = 1; part <= 3; part++) {
            Map<String, String> identity;
            try (GgufFile file = GgufFile.open(part(1, 3))) {
                identity = file.identity();
            }
            Files.setLastModifiedTime(part(part, 3), FileTime.fromMillis(part));
            try (GgufFile file = GgufFile.open(part(1, 3))) {
                assertNotEquals(identity, file.identity());
            }
        }
    }

    @Test
    void aPartWithoutTensorsMayComeFirst() throws IOException {
        GgufWriter.create().putUint32("split.no", 0).putUint32("split.count", 2).write(part(1, 2));
        writer(1, 2, 1).write(part(2, 2));
        try (GgufFile file = GgufFile.open(part(1, 2))) {
            assertEquals(1, file.tensors().size());
        }
    }

    @Test
    void aCountOfOneIsNoSplitFile() throws IOException {
        Path path = folder.resolve("any-name.gguf");
        writer(0, 1, 1).write(path);
        GgufFile.open(path).close();
    }

    @Test
    void missingPartsAreRefusedByName() throws IOException {
        writeThree();
        Files.delete(part(2, 3));
        Files.delete(part(3, 3));
        GgufException refusal = refused(part(1, 3), GgufErrorCode.BAD_SPLIT, "split.count");
        assertTrue(refusal.getMessage().contains("model-00002-of-00003.gguf, model-00003-of-00003.gguf"),
                refusal.getMessage());
    }

    @Test
    void aLaterPartNamesTheFirst() throws IOException {
        writeThree();
        GgufException refusal = refused(part(2, 3), GgufErrorCode.BAD_SPLIT, "split.no");
        assertTrue(refusal.getMessage().contains("00001-of-00003.gguf"), refusal.getMessage());
    }

    @Test
    void anotherNameIsRefused() throws IOException {
        writeThree();
        Path renamed = Files.move(part(1, 3), folder.resolve("model.gguf"));
        refused(renamed, GgufErrorCode.BAD_SPLIT, "split.count");
    }

    @Test
    void partsThatDoNotBelongTogetherAreRefused() throws IOException {
        writeThree();
        writer(1, 3, 3).write(part(3, 3));
        refused(part(1, 3), GgufErrorCode.BAD_SPLIT, "split.no");
        writer(2, 4, 3).write(part(3, 3));
        refused(part(1, 3), GgufErrorCode.BAD_SPLIT, "split.count");
        GgufWriter.create().hole("t", DType.F32, 1).write(part(3, 3));
        refused(part(1, 3), GgufErrorCode.MISSING_KEY, "split.no");
        GgufWriter.create()
                .putUint32("split.no", 2)
                .putUint32("split.count", 3)
                .hole("blk.0", DType.F32, 1)
                .write(part(3, 3));
        refused(part(1, 3), GgufErrorCode.DUPLICATE_TENSOR, "blk.0");
        GgufWriter.create().putUint32("split.no", 2).putUint32("split.count", 3).write(part(3, 3));
        refused(part(1, 3), GgufErrorCode.BAD_SPLIT, "split.tensors.count");
        Files.write(part(3, 3), new byte[]{'G', 'G', 'U', 'F'});
        GgufException refusal = refused(part(1, 3), GgufErrorCode.TRUNCATED, "version");
        assertEquals(part(3, 3).toString(), refusal.file());
    }

    @Test
    void wildCountsAreRefused() throws IOException {
        for (long count : new long[]{-1, 1025, Integer.MAX_VALUE, Long.MAX_VALUE}) {
            GgufWriter.create()
                    .putUint32("split.no", 0)
                    .putInteger("split.count", GgufValueType.INT64, count)
                    .write(part(1, 3));
            refused(part(1, 3), GgufErrorCode.LIMIT_EXCEEDED, "split.count");
        }
        GgufWriter.create().putUint32("split.no", 0).putString("split.count", "3").write(part(1, 3));
        refused(part(1, 3), GgufErrorCode.WRONG_TYPE, "split.count");
    }

    @Test
    void theLimitOnTensorsHoldsForAllPartsTogether() throws IOException {
        writeThree();
        GgufOptions two = GgufOptions.defaults().withLimits(GgufLimits.builder().tensors(2).build());
        GgufException refusal = assertThrows(GgufException.class, () -> GgufFile.open(part(1, 3), two));
        assertEquals(GgufErrorCode.LIMIT_EXCEEDED, refusal.code());
        assertEquals("tensor count", refusal.field());
    }

    @Test
    void aSplitFileCannotComeFromMemory() {
        byte[] bytes = writer(0, 2, 2).header();
        byte[] whole = java.util.Arrays.copyOf(bytes, (bytes.length + 31) / 32 * 32 + 32);
        GgufException refusal = assertThrows(GgufException.class,
                () -> GgufFile.read(whole, "memory", GgufOptions.defaults()));
        assertEquals(GgufErrorCode.BAD_SPLIT, refusal.code());
    }

    private static GgufException refused(Path path, GgufErrorCode code, String field) {
        GgufException refusal = assertThrows(GgufException.class, () -> GgufFile.open(path));
        assertEquals(code, refusal.code(), refusal.getMessage());
        assertEquals(field, refusal.field(), refusal.getMessage());
        return refusal;
    }
}
