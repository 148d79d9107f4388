package dev.tegula.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StorageTest {
    private static final long MANY = 9 << 20;

    private final List<MemorySegment> large = new ArrayList<>();
    private final LargePages pages = (bytes, arena) -> {
        large.add(arena.allocate(bytes, 64));
        return Optional.of(large.getLast());
    };

    private boolean isLarge(MemorySegment segment) {
        return large.stream()
                .anyMatch(from -> segment.address() >= from.address()
                        && segment.address() + segment.byteSize() <= from.address() + from.byteSize());
    }

    @Test
    void whatIsReservedIsHandedOutInPiecesThatBeginAtCacheLines() {
        try (Storage storage = new Storage("test", Optional.of(pages))) {
            storage.reserve(MANY);
            assertEquals(0, storage.bytes(), "nothing is allocated yet");
            List<MemorySegment> pieces = new ArrayList<>();
            for (long size : new long[]{1, 65, 4096, 0, 100}) {
                MemorySegment piece = storage.allocate(size);
                assertEquals(size, piece.byteSize());
                assertEquals(0, piece.address() % 64);
                assertEquals(size > 0, isLarge(piece));
                assertEquals(-1, piece.mismatch(piece.asSlice(0).fill((byte) 0)), "zeroed");
                pieces.forEach(other -> assertTrue(other.asOverlappingSlice(piece).isEmpty() || piece.byteSize() == 0));
                pieces.add(piece);
            }
            assertEquals(1 + 65 + 4096 + 100, storage.bytes());
            MemorySegment more = storage.allocate(MANY);
            assertTrue(!isLarge(more), "what exceeds the reserve comes from elsewhere");
            assertTrue(isLarge(storage.allocate(1000)), "and the rest of the reserve is still there");
        }
    }

    @Test
    void littleIsNotReservedAndNothingWhereThereAreNoLargePages() {
        try (Storage storage = new Storage("test", Optional.of(pages))) {
            storage.reserve(1 << 20);
            storage.allocate(100);
            assertEquals(List.of(), large);
            assertThrows(IllegalArgumentException.class, () -> storage.reserve(-1));
        }
        for (Optional<LargePages> none : List.of(Optional.<LargePages>empty(),
                Optional.<LargePages>of((bytes, arena) -> Optional.empty()))) {
            try (Storage storage = new Storage("test", none)) {
                storage.reserve(MANY);
                assertEquals(100, storage.allocate(100).byteSize());
            }
        }
    }

    @Test
    void closeEndsEveryView() {
        Storage storage = new Storage("test", Optional.of(pages));
        storage.reserve(MANY);
        MemorySegment piece = storage.allocate(100);
        storage.close();
        storage.close();
        assertThrows(IllegalStateException.class, () -> piece.get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, () -> storage.allocate(1));
        assertThrows(IllegalStateException.class, () -> storage.reserve(MANY));
    }
}
