package dev.tegula.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tegula.sample.SamplingOptions;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a token allocates shows in every window of tokens; what compiling and linking late allocates, in few of them. */
class SchedulerAllocationTest {
    private static final int WARM_UP = 3000;
    private static final int MEASURED = 100;

    @Test
    void aStepAllocatesNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] bytes = new long[WARM_UP + MEASURED];
        try (FakeEngine fake = new FakeEngine(3, 4096, 16, 4)) {
            fake.runner.quiet();
            fake.runner.rule((hash, last, candidate) -> candidate == 0
                    ? Float.NEGATIVE_INFINITY
                    : FakeRunner.RANDOM.logit(hash, last, candidate));
            SamplingOptions sampling = SamplingOptions.builder()
                    .repeatPenalty(1.1f)
                    .presencePenalty(0.1f)
                    .seed(1)
                    .build();
            // The fake codec's pieces are constants: what is left is what the engine itself allocates.
            List<TokenStream> streams = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                streams.add(fake.session()
                        .submit(
                                Request.text("company").sampling(sampling).maxTokens(WARM_UP + MEASURED + 50).build()));
            }
            fake.session()
                    .submit(Request.text("measured")
                            .sampling(sampling)
                            .maxTokens(bytes.length)
                            .onLogits((index, row) -> bytes[index] = threads.getCurrentThreadAllocatedBytes())
                            .build())
                    .result();
            streams.forEach(TokenStream::result);
        }
        long least = Long.MAX_VALUE;
        for (int end = bytes.length - 1; end >= bytes.length - 1000; end -= MEASURED) {
            least = Math.min(least, bytes[end] - bytes[end - MEASURED]);
        }
        assertEquals(0, least, "bytes per " + MEASURED + " tokens");
    }
}
