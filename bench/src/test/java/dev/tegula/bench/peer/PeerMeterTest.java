package dev.tegula.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import dev.tegula.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PeerMeterTest {
    private static final Pattern SMALL = Pattern.compile("^f32 512x");

    /** One that computes nothing, in no time. */
    private record Idle(String name, boolean right) implements Peer {
        @Override
        public Optional<String> unavailable() {
            return Optional.empty();
        }

        @Override
        public boolean multiplies(Product product) {
            return product.numbers() == DType.F32;
        }

        @Override
        public Call bind(Product product, int threads) {
            return new Call() {
                @Override
                public void run() {}

                @Override
                public void check() {
                    if (!right) {
                        throw new IllegalStateException("wrong result for " + product);
                    }
                }

                @Override
                public void close() {}
            };
        }
    }

    private static PeerMeter meter(Peer... peers) {
        return new PeerMeter(List.of(peers), 2, new Pairs(2, 1, new CpuTimes(Path.of("/nothing/here"))));
    }

    private static String engine() {
        return KernelTable.load()
                .providers()
                .stream()
                .filter(provider -> provider.unavailable().isEmpty())
                .findFirst()
                .map(KernelProvider::engine)
                .orElseThrow();
    }

    @Test
    void aPairIsARowWithTheRatesOfBothSides() throws InterruptedException {
        PeerMeter meter = meter(new Idle("Idle 1.0", true));
        List<PeerMeter.Pairing> pairings = meter.pairings(SMALL);
        assertEquals(List.of("f32 512x512x512 beside Idle 1.0"), pairings.stream().map(Object::toString).toList());
        String engine = engine();
        PeerRow row = meter.measure(pairings.getFirst(), engine);
        assertEquals("f32 512x512x512 beside Idle 1.0, " + engine + ", 2 threads", row.key());
        assertEquals("Idle 1.0", row.judge());
        assertEquals("./tegula bench peers --filter 'f32 512x512x512 beside Idle 1.0' --engine " + engine
                + " --threads 2", row.command());
        assertEquals(2, row.shares().length);
        // Who does nothing is faster.
        assertTrue(row.rate() > 0 && row.rate() < row.other(), row.toString());
        assertEquals("./tegula bench peers --filter 'f32 512x512x512 beside Idle 1.0' --engine " + engine
                + " --threads 2", row.command());
    }

    @Test
    void aPeerThatIsNotHereIsOneLine() {
        PeerMeter meter = meter(new AbsentPeer("Nobody", "it is not built"));
        assertEquals(List.of(), meter.pairings(Pattern.compile("")));
        assertEquals(List.of("Nobody: it is not built"), meter.missing(Pattern.compile("")));
        assertEquals(List.of(), meter.missing(Pattern.compile("beside Idle")));
    }

    @Test
    void everyPeerThatTheBenchKnowsIsMeasuredOrMissing() {
        PeerMeter all = new PeerMeter(1, 1, 1);
        for (String name : List.of("OpenBLAS", "ONNX Runtime")) {
            assertTrue(all.pairings(SMALL).stream().anyMatch(pairing -> pairing.toString().contains(name))
                    || all.missing(SMALL).stream().anyMatch(line -> line.startsWith(name)), name);
        }
    }

    @Test
    void aWrongAnswerIsNoRow() {
        PeerMeter meter = meter(new Idle("Idle", false));
        IllegalStateException e = assertThrows(IllegalStateException.class,
                () -> meter.measure(meter.pairings(SMALL).getFirst(), engine()));
        assertEquals("wrong result for f32 512x512x512", e.getMessage());
    }
}
