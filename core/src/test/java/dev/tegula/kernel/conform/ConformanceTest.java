package dev.tegula.kernel.conform;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConformanceTest {
    /** Twins must not depend on how their output is cut, or on whether it is in place. */
    @Test
    void twinsAgreeWithThemselvesHoweverCut() {
        Set<String> formats = Set.of("f32", "f16", "q4_1", "q6_k", "q8_a32", "q8_a256");
        for (KernelFactory factory : new RefProvider().kernels()) {
            KernelId id = factory.id();
            boolean heavy = id.op().equals("attention") || id.op().endsWith("kvwrite") && id.dst().equals("f32");
            if (!heavy && formats.contains(id.rhs())) {
                Report report = Conformance.check(factory);
                assertTrue(report.passed(), report::toString);
            }
        }
    }

    @Test
    void everyRequestHasATwin() {
        List<KernelFactory> twins = new RefProvider().kernels();
        StandardRequests.all()
                .forEach(request -> assertTrue(
                        twins.stream().anyMatch(twin -> twin.refuse(request).isEmpty()),
                        () -> "no twin of " + request));
    }

    @Test
    void findsASingleWrongBit() {
        KernelFactory wrong = TypedFactory.of(KernelId.of("add", DType.F32, DType.F32, DType.F32, "row", "wrong"),
                Op.Add.class, List.of(DType.F32, DType.F32), List.of(DType.F32), AlmostAdd::new);
        Report report = Conformance.check(wrong);
        assertFalse(report.passed());
        assertTrue(report.toString().contains("row 0 column 3"), report::toString);
    }

    /** A sum whose fourth column is one unit of the last place too large. */
    private static final class AlmostAdd implements Kernel {
        private final KernelArgs args;

        AlmostAdd(KernelArgs args) {
            this.args = args;
        }

        @Override
        public int portions(Batch batch, int workers) {
            return 1;
        }

        @Override
        public void run(Batch batch, int portion, int portions, Scratch scratch) {
            for (int r = 0; r < batch.rows(); r++) {
                for (int i = 0; i < args.output().cols(); i++) {
                    float sum = at(args.matrix(0), r, i) + at(args.matrix(1), r, i);
                    args.output()
                            .segment()
                            .set(ValueLayout.JAVA_FLOAT, args.output().rowOffset(r) + 4L * i,
                                    i == 3 ? Math.nextUp(sum) : sum);
                }
            }
        }

        private static float at(TensorView view, int row, int i) {
            return view.segment().get(ValueLayout.JAVA_FLOAT, view.rowOffset(row) + 4L * i);
        }
    }
}
