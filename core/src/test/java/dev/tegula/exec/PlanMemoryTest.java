package dev.tegula.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlanMemoryTest {
    private static final Limits LIMITS = new Limits(3, 16, 2, 2, 100);
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
            assertEquals(PLAN.totalBytes(), memory.allocatedBytes());
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
