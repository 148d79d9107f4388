package dev.tegula.bench.peer;

import dev.tegula.bench.Shell;
import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.KernelCase;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.WarmUp;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Measures matrix products by turns with those of other libraries, after the answers of both have been looked at. */
public final class PeerMeter {
    private static final List<Product> PRODUCTS = List.of(new Product(DType.F32, 512, 512, 512),
            new Product(DType.F32, 1024, 1024, 1024), new Product(DType.F32, 2048, 2048, 2048),
            new Product(DType.F32, 4096, 4096, 4096), new Product(DType.F32, 8, 4096, 4096),
            new Product(DType.F32, 32, 4096, 4096),
            new Product(DType.F32, true, 32, 4096, 4096), new Product(DType.F32, true, 512, 4096, 4096),
            new Product(DType.INT8_G128, 32, 4096, 4096),
            new Product(DType.INT8_G128, 512, 4096, 4096), new Product(DType.Q4_0, 1, 4096, 4096),
            new Product(DType.Q4_0, 32, 4096, 4096), new Product(DType.Q4_0, 512, 4096, 4096));

    /** A library that is in a module of its own, which the build leaves out unless it is asked for. */
    private static final String ONNX = "ONNX Runtime";

    private final List<Peer> peers;
    private final int threads;
    private final Pairs pairs;
    private final WarmUp warmUp = new WarmUp();

    /** A product and a library that computes it. */
    public record Pairing(Product product, Peer peer) {
        @Override
        public String toString() {
            return product + " beside " + peer.name();
        }
    }

    /**
     * With the libraries that this program knows.
     *
     * @param threads of both sides
     * @param rounds of each pair, at least 1
     * @param slice nanoseconds of each side in a round, at least 1
     */
    public PeerMeter(int threads, int rounds, long slice) {
        this(known(), threads, new Pairs(rounds, slice, CpuTimes.ofMachine()));
    }

    PeerMeter(List<Peer> peers, int threads, Pairs pairs) {
        this.peers = peers;
        this.threads = threads;
        this.pairs = pairs;
    }

    private static List<Peer> known() {
        List<Peer> peers = new ArrayList<>(List.of(new OpenBlas()));
        ServiceLoader.load(Peer.class).forEach(peers::add);
        if (peers.stream().noneMatch(peer -> peer.name().startsWith(ONNX))) {
            peers.add(new AbsentPeer(ONNX, "its part of the bench is not built (./mvnw -Ponnx -DskipTests package)"));
        }
        return peers;
    }

    private Stream<Pairing> all(Pattern filter) {
        return PRODUCTS.stream()
                .flatMap(product -> peers.stream()
                        .filter(peer -> peer.multiplies(product))
                        .map(peer -> new Pairing(product, peer)))
                .filter(pairing -> filter.matcher(pairing.toString()).find());
    }

    /**
     * What can be measured here.
     *
     * @param filter finds a match in the name of each
     */
    public List<Pairing> pairings(Pattern filter) {
        return all(filter).filter(pairing -> pairing.peer().unavailable().isEmpty()).toList();
    }

    /** The names of what a filter finds, whether it can be measured here or not. */
    List<String> names(Pattern filter) {
        return all(filter).map(Pairing::toString).toList();
    }

    /** Which libraries are not here although a pairing that the filter finds asks for them: a line each, with the reason. */
    public List<String> missing(Pattern filter) {
        return all(filter).map(Pairing::peer)
                .distinct()
                .flatMap(peer -> peer.unavailable().map(reason -> peer.name() + ": " + reason).stream())
                .toList();
    }

    /**
     * Measures.
     *
     * @param engine whose kernels are ours
     * @throws IllegalStateException when the engine has no kernel for it, or an answer is wrong
     */
    public PeerRow measure(Pairing pairing, String engine) throws InterruptedException {
        Product product = pairing.product();
        try (KernelCase ours = new KernelCase(engine, KernelBench.USUAL, request(product), product.m(), 0, threads);
                Peer.Call theirs = pairing.peer().bind(product, threads)) {
            ours.check();
            theirs.check();
            ours.warmUp(warmUp, pairs.side(ours::run));
            warmUp.settle(pairs.side(theirs::run));
            Pairs.Result result = pairs.measure(ours::run, theirs::run);
            return new PeerRow(product.toString(), pairing.peer().name(), engine, threads, "GMAC/s",
                    rates(product, result.ours()), rates(product, result.theirs()), result.disturbed(),
                    result.turns().stolen(), again(pairing, engine));
        }
    }

    private String again(Pairing pairing, String engine) {
        List<String> words = new ArrayList<>(pairing.peer().environment());
        if (!words.isEmpty()) {
            words.addFirst("env");
        }
        words.addAll(List.of("./tegula", "bench", "peers", "--filter", pairing.toString(), "--engine", engine,
                "--threads", Integer.toString(threads)));
        return Shell.line(words);
    }

    /** Multiply-adds per nanosecond, which is 10⁹ per second. */
    private static List<Double> rates(Product product, double[] nanos) {
        return Arrays.stream(nanos).mapToObj(time -> product.multiplyAdds() / time).toList();
    }

    private static KernelRequest request(Product product) {
        List<Spec> inputs = new ArrayList<>(
                List.of(new Spec(Activations.typeFor(product.numbers()), Dim.TOKENS, product.k()),
                        new Spec(product.numbers(), Dim.of(product.n()), product.k())));
        if (product.bias()) {
            inputs.add(new Spec(DType.F32, Dim.of(1), product.n()));
        }
        return new KernelRequest(new Op.MatMul(product.bias(), false), inputs,
                List.of(new Spec(DType.F32, Dim.TOKENS, product.n())));
    }
}
