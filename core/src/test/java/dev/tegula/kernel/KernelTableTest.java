package dev.tegula.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelTableTest {
    private static final KernelProvider REF = new RefProvider();
    private static final KernelRequest ADD = row(new Op.Add(), 2);
    private static final KernelRequest SOFTMAX = row(new Op.Softmax(), 1);

    private static KernelRequest row(Op op, int inputs) {
        KernelRequest.Spec x = new KernelRequest.Spec(DType.F32, Dim.TOKENS, 8);
        return new KernelRequest(op, List.of(x, x).subList(0, inputs), List.of(x));
    }

    /** An engine that has the scalar engine's kernels for one op. */
    private record Engine(String engine, int rank, String op, Optional<Refusal> unavailable) implements KernelProvider {
        static Engine of(String name, int rank, String op) {
            return new Engine(name, rank, op, Optional.empty());
        }

        @Override
        public List<KernelFactory> kernels() {
            return REF.kernels().stream().filter(kernel -> kernel.id().op().equals(op)).toList();
        }
    }

    private static String refusal(KernelTable table, KernelRequest request) {
        return assertThrows(UnsupportedOperationException.class, () -> table.choose(request)).getMessage();
    }

    @Test
    void theBestEngineThatHasAKernelIsChosenAndTheBetterOnesSayWhyNot() {
        KernelTable table = KernelTable.of(List.of(REF, Engine.of("fast", 1, "softmax"), Engine.of("best", 2, "add")));
        assertEquals("best", table.choose(ADD).provider().engine());
        KernelTable.Choice choice = table.choose(SOFTMAX);
        assertEquals("fast", choice.provider().engine());
        assertEquals(List.of(new Refusal("best", "has no kernel for softmax")), choice.refusals());
    }

    @Test
    void strictAllowsAnEngineToLeaveAnOpToAnother() {
        KernelTable table = KernelTable.of(List.of(REF, Engine.of("fast", 1, "softmax"), Engine.of("best", 2, "add")))
                .strict();
        assertEquals("best", table.choose(ADD).provider().engine());
        assertEquals("fast", table.choose(SOFTMAX).provider().engine());
    }

    @Test
    void strictRefusesScalarKernelsWithTheReasonOfEveryEngine() {
        Refusal flag = new Refusal("fast", "start the JVM with --flag");
        KernelTable table = KernelTable.of(
                List.of(REF, new Engine("fast", 1, "softmax", Optional.of(flag)), Engine.of("best", 2, "add")))
                .strict();
        String message = refusal(table, SOFTMAX);
        assertTrue(message.startsWith("strict: ") && message.contains(SOFTMAX.toString()), message);
        assertTrue(message.endsWith("best: has no kernel for softmax; fast: start the JVM with --flag"), message);
        assertTrue(refusal(KernelTable.of(List.of(REF)).strict(), ADD).endsWith("there is no other engine"));
    }

    @Test
    void whatNoEngineTakesIsRefusedInAFewWords() {
        KernelRequest.Spec odd = new KernelRequest.Spec(DType.I2_S, Dim.of(64), 256);
        KernelRequest request = new KernelRequest(new Op.Embed(), List.of(odd), ADD.outputs());
        String message = refusal(KernelTable.of(List.of(REF, Engine.of("fast", 1, "add"))), request);
        assertTrue(
                message.startsWith("no kernel for " + request + ": fast: has no kernel for embed; ref: none of its "),
                message);
        assertTrue(message.length() < 300, message);
    }
}
