package dev.tegula.bench.kernel;

import dev.tegula.bench.Suites;
import dev.tegula.device.DeviceBackend;
import dev.tegula.device.Devices;
import dev.tegula.kernel.Costs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The text of docs/KERNELS.md: the kernel table as a page, the same on every machine. */
final class KernelsPage {
    private static final String HEAD = """
            # Kernels

            The kernel table, whatever the machine: which of the engines run here, and which kernel runs each op of a model, is what
            `./tegula kernels` tells; `./tegula verify-kernels` compares each kernel that runs here with its scalar twin, at every vector
            width. This page is written by `./mvnw verify -Dtegula.update`, and a test fails when it is not current.

            A kernel's name is `op.dst.lhs.rhs.tile.engine`: formats of the output, of the first and of the second input. *tile* is what one
            step computes, rows of the output by columns (`v`: vectors, so that their width decides), or a row. *packing* is how weights lie:
            `stored` as in the file, else groups of so many rows. The twin of a kernel is the `ref` kernel of its op and formats.
            """;

    private KernelsPage() {}

    /** The engines of a product, those of devices too, best first; those below the scalar one are of tests. */
    static List<KernelProvider> engines() {
        return Stream
                .concat(KernelTable.load().providers().stream(),
                        Devices.backends().stream().map(DeviceBackend::kernels))
                .filter(provider -> provider.rank() >= 0)
                .sorted(Comparator.comparingInt(KernelProvider::rank)
                        .reversed()
                        .thenComparing(KernelProvider::engine))
                .toList();
    }

    /** The page. */
    static String text() {
        StringBuilder page = new StringBuilder(HEAD);
        ops(page);
        engines().forEach(engine -> engine(page, engine));
        return page.toString();
    }

    private static void ops(StringBuilder page) {
        page.append(
                """

                        ## Ops

                        What a call costs at least: multiply-adds (elements where nothing is multiplied); and the bytes of which operands. `T` is rows of
                        the batch, `n × k` the shape of the weights, `C` the positions that a row sees.

                        | op | cost | measured by |
                        |---|---|---|
                        """);
        engines().stream()
                .flatMap(engine -> engine.kernels().stream())
                .map(kernel -> kernel.id().op())
                .distinct()
                .sorted()
                .forEach(op -> page.append("| %s | %s | %s |\n".formatted(op, Costs.words(op), suite(op))));
    }

    private static String suite(String op) {
        return Suites.of(op).map(Class::getSimpleName).orElse("");
    }

    private static void engine(StringBuilder page, KernelProvider engine) {
        List<KernelFactory> kernels = engine.kernels()
                .stream()
                .sorted(Comparator.comparing(KernelFactory::id))
                .toList();
        page.append("\n## %s\n\n".formatted(engine.engine()));
        if (kernels.isEmpty()) {
            page.append("No kernels yet.\n");
            return;
        }
        page.append(
                "%d kernels.\n\n| kernel | op | output | inputs | tile | packing | benchmark |\n|---|---|---|---|---|---|---|\n"
                        .formatted(kernels.size()));
        for (KernelFactory kernel : kernels) {
            KernelId id = kernel.id();
            String inputs = id.lhs().equals(id.rhs()) ? id.lhs() : id.lhs() + ", " + id.rhs();
            page.append("| `%s` | %s | %s | %s | %s | %s | `%s` |\n".formatted(id, id.op(), id.dst(), inputs, id.tile(),
                    kernel.packing().id(), Measurement.of(kernel).orElse("none")));
        }
    }
}
