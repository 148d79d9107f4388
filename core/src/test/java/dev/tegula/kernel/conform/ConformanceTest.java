package dev.tegula.kernel.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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

    /** Many workers cut it over the context. */
    @Test
    void attentionAgreesWithItselfHoweverCut() {
        for (KernelFactory factory : new RefProvider().kernels()) {
            if (factory.id().op().equals("attention")) {
                List<KernelRequest> small = StandardRequests.of(factory)
                        .stream()
                        .filter(request -> request.op() instanceof Op.Attention op && op.headSize() == 32)
                        .toList();
                assertEquals(1, small.size());
                Report report = Conformance.check(factory, small, 1);
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
        KernelFactory wrong = addition((sum, i) -> i == 3 ? Math.nextUp(sum) : sum);
        Report report = Conformance.check(wrong);
        assertFalse(report.passed());
        assertTrue(report.toString().contains("row 0 column 3"), report::toString);
    }

    @Test
    void tellsHowLargeADifferenceIs() {
        KernelRequest request = StandardRequests.of("add").getLast();
        Report report = Conformance.check(addition((sum, i) -> Math.nextUp(Math.nextUp(sum))),
                List.of(request), 1);
        // From −0.0 on it is three, since nextUp passes over +0.0.
        assertEquals(3, report.ulps());
        assertEquals(Long.MAX_VALUE, Conformance.check(addition((sum, i) -> Float.NaN)).ulps());
        assertEquals(0, Conformance.check(addition((sum, i) -> sum)).ulps());
    }

    /** A zero of the wrong sign is a difference of one. */
    @Test
    void findsAZeroOfTheWrongSign() {
        Report report = Conformance.check(addition((sum, i) -> sum + 0f));
        assertEquals(1, report.ulps());
        assertTrue(report.toString().contains("-0.0 (-0x0.0p0) expected, 0.0 (0x0.0p0) computed"), report::toString);
    }

    /** Bytes between two rows belong to nobody; a vector that stores a whole one too much is found. */
    @Test
    void findsWhatIsWrittenPastARow() {
        Report report = Conformance.check(adding(args -> new Addition(args, (sum, i) -> sum, 1)));
        assertTrue(report.toString().contains("past the end of the row"), report::toString);
    }

    /** The seed is all that operands depend on. */
    @Test
    void otherSeedsMakeOtherOperands() {
        KernelFactory wrong = addition((sum, i) -> Math.nextUp(sum));
        List<KernelRequest> requests = List.of(StandardRequests.of("add").getFirst());
        assertEquals(Conformance.check(wrong, requests, 7), Conformance.check(wrong, requests, 7));
        assertNotEquals(Conformance.check(wrong, requests, 7), Conformance.check(wrong, requests, 8));
    }

    /** What need not have the twin's bits is held to its bound, and to nothing less. */
    @Test
    void holdsKernelsThatAreNotExactToABound() {
        Report near = Conformance.check(new Inexact(addition((sum, i) -> Math.nextUp(sum))));
        assertTrue(near.passed(), near::toString);
        double share = near.deviation().orElseThrow().error() / near.deviation().orElseThrow().bound();
        assertTrue(share > 0.1 && share <= 1, near::toString);
        Report far = Conformance.check(new Inexact(addition((sum, i) -> sum * 1.000001f)));
        assertFalse(far.passed());
        assertFalse(Conformance.check(new Inexact(addition((sum, i) -> Float.NaN))).passed());
    }

    private static KernelFactory addition(Change change) {
        return adding(args -> new Addition(args, change, 0));
    }

    private static KernelFactory adding(Function<KernelArgs, Kernel> binder) {
        return TypedFactory.of(KernelId.of("add", DType.F32, DType.F32, DType.F32, "row", "wrong"), Op.Add.class,
                List.of(DType.F32, DType.F32), List.of(DType.F32), binder);
    }

    /** What a wrong kernel makes of a right element. */
    private interface Change {
        float of(float sum, int i);
    }

    /** A sum with something wrong, and perhaps more columns than there are. */
    private record Addition(KernelArgs args, Change change, int more) implements Kernel {
        @Override
        public int portions(Batch batch, int workers) {
            return 1;
        }

        @Override
        public void run(Batch batch, int portion, int portions, Scratch scratch) {
            for (int r = 0; r < batch.rows(); r++) {
                for (int i = 0; i < args.output().cols() + more; i++) {
                    float sum = at(args.matrix(0), r, i) + at(args.matrix(1), r, i);
                    args.output()
                            .segment()
                            .set(ValueLayout.JAVA_FLOAT, args.output().rowOffset(r) + 4L * i, change.of(sum, i));
                }
            }
        }

        private static float at(TensorView view, int row, int i) {
            return view.segment().get(ValueLayout.JAVA_FLOAT, view.rowOffset(row) + 4L * i);
        }
    }
}
