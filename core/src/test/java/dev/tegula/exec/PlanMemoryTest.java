package dev.tegula.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tegula.graph.Value;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PlanMemoryTest {
    private static final Limits LIMITS = new Limits(3, 16, 2, 2, 600);
    private static final Plan PLAN = Planner.plan(PlannerTest.layer(),
            KernelTable.of(List.of(new RefProvider())), LIMITS, new KvLayout(DType.F16, 1, 2, 16, LIMITS.blocks()));

    private static PlanMemory load(WeightSource source, Workers workers) {
        return PlanMemory.load(PLAN, "test", source, workers, Loading.SILENT);
    }

    @Test
    void whatIsAllocatedIsWhatThePlanStated() {
        WeightSource zeros = (weight, from, dst, to, bytes) -> dst.asSlice(to, bytes).fill((byte) 0);
        try (Workers workers = new Workers(3); PlanMemory memory = load(zeros, workers)) {
            memory.newBatch();
            assertEquals(128L * 4 * 2, PLAN.sharedBytes(), "parts of one row's four heads and two segments");
            assertEquals(PLAN.totalBytes(), memory.allocatedBytes());
        }
    }

    /** The scalar engine, but one that says that it needs warming. */
    private static KernelProvider slowWhenCold() {
        return new KernelProvider() {
            @Override
            public String engine() {
                return "slow";
            }

            @Override
            public int rank() {
                return 1;
            }

            @Override
            public boolean isSlowWhenCold() {
                return true;
            }

            @Override
            public Optional<Refusal> unavailable() {
                return Optional.empty();
            }

            @Override
            public List<KernelFactory> kernels() {
                return new RefProvider().kernels();
            }
        };
    }

    @Test
    void weightsThatAColdStartSharesAreCountedOnce() {
        Plan plan = Planner.plan(PlannerTest.layer(), KernelTable.of(List.of(slowWhenCold(), new RefProvider())),
                LIMITS, PLAN.kv());
        assertEquals(plan.weightBytes(), plan.cacheableBytes());
        WeightSource zeros = (weight, from, dst, to, bytes) -> dst.asSlice(to, bytes).fill((byte) 0);
        try (Workers workers = new Workers(3);
                PlanMemory memory = PlanMemory.load(plan, "test", zeros, workers, Loading.SILENT)) {
            memory.newBatch();
            // Nothing has run, so the warm-up has not begun.
            assertEquals(plan.totalBytes() - WarmUp.bytes(plan), memory.allocatedBytes());
        }
    }

    @Test
    void whatIsMappedIsNotAllocated(@TempDir Path folder) {
        WeightSource zeros = new WeightSource() {
            @Override
            public void read(Value weight, long from, MemorySegment dst, long to, long bytes) {
                dst.asSlice(to, bytes).fill((byte) 0);
            }

            @Override
            public Map<String, String> identity() {
                return Map.of("length", "1");
            }
        };
        WeightCache cache = new WeightCache(folder.resolve("m.packed"), true);
        for (int i = 0; i < 2; i++) {
            List<Long> progress = new ArrayList<>();
            try (Workers workers = new Workers(3);
                    PlanMemory memory = PlanMemory.load(PLAN, "test", zeros, workers, (done, total) -> {
                        assertEquals(PLAN.cacheableBytes(), total);
                        progress.add(done);
                    }, Optional.of(cache))) {
                memory.newBatch();
                assertEquals(PLAN.weightBytes(), memory.mappedBytes());
                assertEquals(PLAN.totalBytes() - memory.mappedBytes(), memory.allocatedBytes());
            }
            assertEquals(PLAN.cacheableBytes(), progress.getLast());
        }
    }

    @Test
    void anyFailureWhileLoadingReachesTheCaller() {
        try (Workers workers = new Workers(3)) {
            for (Throwable fault : List.of(new IllegalStateException("meant to"), new OutOfMemoryError("meant to"))) {
                WeightSource failing = (weight, from, dst, to, bytes) -> {
                    if (fault instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) fault;
                };
                assertEquals(fault, assertThrows(fault.getClass(), () -> load(failing, workers)));
            }
        }
    }
}
