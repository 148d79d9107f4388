package dev.tegula.bench.peer;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tegula.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * OpenBLAS's {@code cblas_sgemm}, with w given row by row of its n outputs, as model files have it. Its name says for which CPU its
 * kernels are, and which variables of the environment have chosen them: with those of an older CPU it has half the vectors.
 */
final class OpenBlas implements Peer {
    private static final List<String> LIBRARIES = List.of("libopenblas.so.0", "libopenblas.so");
    private static final String NAME = "OpenBLAS";
    /** Bytes of what the library says of itself at most. */
    private static final int MOST_TEXT = 1024;
    private static final int ROW_MAJOR = 101;
    private static final int PLAIN = 111;
    private static final int TRANSPOSED = 112;

    /** How the names of variables begin that say which kernels it takes, and how it cuts products. */
    private static final String VARIABLE = "OPENBLAS_";

    private final List<String> environment;
    private final Optional<SymbolLookup> library = LIBRARIES.stream()
            .flatMap(name -> open(name).stream())
            .findFirst();
    private final String name;

    OpenBlas() {
        this(System.getenv());
    }

    /**
     * With an environment.
     *
     * @param variables what the library has found where it was loaded
     */
    OpenBlas(Map<String, String> variables) {
        environment = variables.entrySet()
                .stream()
                .filter(variable -> variable.getKey().startsWith(VARIABLE))
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .sorted()
                .toList();
        name = library.isEmpty()
                ? NAME
                : NAME + text("openblas_get_config").map(OpenBlas::version).orElse("")
                        + text("openblas_get_corename").map(core -> " for " + core).orElse("")
                        + (environment.isEmpty() ? "" : " with " + String.join(" ", environment));
    }

    private static Optional<SymbolLookup> open(String name) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException absent) {
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> environment() {
        return environment;
    }

    /** The version, with a blank before it, of what the library says of itself: {@code OpenBLAS 0.3.21 NO_LAPACKE …}. */
    private static String version(String config) {
        return Stream.of(config.split(" "))
                .filter(word -> word.matches("\\d.*"))
                .findFirst()
                .map(" "::concat)
                .orElse("");
    }

    private Optional<String> text(String function) {
        return library.orElseThrow().find(function).map(address -> {
            try {
                MemorySegment text = (MemorySegment) Linker.nativeLinker()
                        .downcallHandle(address, FunctionDescriptor.of(ADDRESS))
                        .invokeExact();
                return text.reinterpret(MOST_TEXT).getString(0);
            } catch (Throwable e) {
                throw new IllegalStateException(function, e);
            }
        });
    }

    @Override
    public Optional<String> unavailable() {
        return library.isPresent()
                ? Optional.empty()
                : Optional.of("none of " + LIBRARIES + " was found (Debian: apt install libopenblas0-pthread)");
    }

    @Override
    public boolean multiplies(Product product) {
        return product.numbers() == DType.F32 && !product.bias();
    }

    @Override
    public Call bind(Product product, int threads) {
        invoke(function("openblas_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT)), threads);
        return new Sgemm(product, function("cblas_sgemm",
                FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_FLOAT,
                        ADDRESS,
                        JAVA_INT, ADDRESS, JAVA_INT, JAVA_FLOAT, ADDRESS, JAVA_INT)));
    }

    private MethodHandle function(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(library.orElseThrow().findOrThrow(name), type);
    }

    private static void invoke(MethodHandle setThreads, int threads) {
        try {
            setThreads.invokeExact(threads);
        } catch (Throwable e) {
            throw new IllegalStateException("openblas_set_num_threads", e);
        }
    }

    private static final class Sgemm implements Call {
        private final Product product;
        private final MethodHandle sgemm;
        private final Arena arena = Arena.ofShared();
        private final MemorySegment x;
        private final MemorySegment w;
        private final MemorySegment y;

        Sgemm(Product product, MethodHandle sgemm) {
            this.product = product;
            this.sgemm = sgemm;
            SplittableRandom random = new SplittableRandom(1);
            this.x = random((long) product.m() * product.k(), random);
            this.w = random((long) product.n() * product.k(), random);
            this.y = arena.allocate(4L * product.m() * product.n(), 64);
        }

        private MemorySegment random(long count, SplittableRandom random) {
            MemorySegment memory = arena.allocate(4 * count, 64);
            for (long i = 0; i < count; i++) {
                memory.setAtIndex(JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
            }
            return memory;
        }

        @Override
        public void run() {
            try {
                sgemm.invokeExact(ROW_MAJOR, PLAIN, TRANSPOSED, product.m(), product.n(), product.k(), 1f, x,
                        product.k(), w,
                        product.k(), 0f, y, product.n());
            } catch (Throwable e) {
                throw new IllegalStateException("cblas_sgemm", e);
            }
        }

        @Override
        public void check() {
            run();
            Samples.check(product, (i, j) -> y.getAtIndex(JAVA_FLOAT, (long) i * product.n() + j),
                    (i, p) -> x.getAtIndex(JAVA_FLOAT, (long) i * product.k() + p),
                    (j, p) -> w.getAtIndex(JAVA_FLOAT, (long) j * product.k() + p));
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
