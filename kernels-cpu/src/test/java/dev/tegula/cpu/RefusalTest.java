package dev.tegula.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.conform.StandardRequests;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What happens in a JVM without the vector module or without C2. The build runs it once in each such JVM and tells it, in
 * the system property {@value #FLAG}, the flag that the refusal has to name.
 */
class RefusalTest {
    private static final String FLAG = "tegula.test.flag";

    private final CpuKernelProvider provider = new CpuKernelProvider();
    private String flag;

    @BeforeEach
    void onlyWhereTheEngineCannotRun() {
        flag = System.getProperty(FLAG);
        assumeTrue(flag != null, "this JVM has the vector module and C2");
    }

    @Test
    void refusalNamesTheFlag() {
        String reason = provider.unavailable().orElseThrow().reason();
        assertTrue(reason.contains(flag), reason);
    }

    @Test
    void kernelsAreListedAllTheSame() {
        List<KernelFactory> kernels = provider.kernels();
        assertFalse(kernels.isEmpty());
        kernels.forEach(kernel -> assertEquals("vec", kernel.id().engine(), () -> kernel.id().toString()));
    }

    @Test
    void scalarEngineTakesOver() {
        KernelTable table = KernelTable.load();
        for (KernelRequest request : StandardRequests.all()) {
            KernelTable.Choice choice = table.choose(request);
            assertEquals("ref", choice.factory().id().engine());
            assertTrue(choice.refusals().stream().anyMatch(refusal -> refusal.reason().contains(flag)));
        }
        KernelRequest any = StandardRequests.of("add").getFirst();
        assertThrows(UnsupportedOperationException.class, () -> table.strict().choose(any));
    }
}
