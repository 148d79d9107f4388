package dev.tegula.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the comparisons of {@link VerifyKernelsCommand} found, as text and as JSON. */
final class KernelFindings {
    /**
     * A kernel in a JVM.
     *
     * @param bits width of the JVM's vectors, 0 without the Vector API
     * @param nearest of a kernel that does not promise the twin's bits, the error nearest to its bound; else null
     */
    private record Row(String kernel, int bits, long calls, long ulps, Nearest nearest, List<String> differences) {
        boolean passed() {
            return differences.isEmpty();
        }

        /** In ulp where bits are promised, else absolute, as its bound. */
        String error() {
            if (nearest != null) {
                return String.format(Locale.ROOT, "%.1e", nearest.error());
            }
            return ulps == Long.MAX_VALUE ? "NaN" : ulps + " ulp";
        }

        String bound() {
            return nearest == null
                    ? BOUND + " ulp"
                    : String.format(Locale.ROOT, "%.1e", nearest.bound());
        }

        Map<String, Object> object() {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("kernel", kernel);
            object.put("vector_bits", bits);
            object.put("calls", calls);
            if (nearest == null) {
                object.put("error_ulps", ulps == Long.MAX_VALUE ? "NaN" : (Object) ulps);
                object.put("bound_ulps", BOUND);
            } else {
                object.put("error", nearest.error());
                object.put("bound", nearest.bound());
            }
            object.put("differences", differences);
            return object;
        }
    }

    /** An error and its bound, both absolute. */
    private record Nearest(double error, double bound) {}

    /** Why an engine did not run. */
    private record Reason(String engine, String text) {}

    /** Kernels that promise the bits of their twins. */
    private static final int BOUND = 0;

    private final List<Row> rows = new ArrayList<>();
    private final Map<Reason, List<Integer>> refusals = new LinkedHashMap<>();

    /** A comparison's end, as {@link KernelCheck} tells it. */
    void compared(Map<?, ?> line, int bits) {
        rows.add(new Row((String) line.get("kernel"), bits, (Long) line.get("calls"), (Long) line.get("ulps"),
                line.get("bound") instanceof Double bound ? new Nearest((Double) line.get("error"), bound) : null,
                ((List<?>) line.get("differences")).stream().map(Object::toString).toList()));
    }

    /** A JVM ended before its work did. */
    void died(String kernel, int bits, String how) {
        rows.add(new Row(kernel == null ? "(before the first kernel)" : kernel, bits, 0, 0, null, List.of(how)));
    }

    /** An engine does not run in a JVM. */
    void refused(String engine, int bits, String reason) {
        refusals.computeIfAbsent(new Reason(engine, reason), key -> new ArrayList<>()).add(bits);
    }

    /** Comparisons so far. */
    int count() {
        return rows.size();
    }

    /** Whether all that was compared agrees, and something was. */
    boolean passed() {
        return !rows.isEmpty() && rows.stream().allMatch(Row::passed);
    }

    /** The lines for people. */
    List<String> text() {
        List<String> lines = new ArrayList<>();
        int width = rows.stream().mapToInt(row -> row.kernel().length()).max().orElse(6);
        String format = "%-" + width + "s  %7s  %6s  %11s  %7s";
        if (!rows.isEmpty()) {
            lines.add(String.format(Locale.ROOT, format, "kernel", "vectors", "calls", "error", "bound"));
        }
        for (Row row : rows) {
            lines.add(String.format(Locale.ROOT, format, row.kernel(), name(row.bits()), row.calls(), row.error(),
                    row.bound()));
            if (!row.passed()) {
                // The first names the element; the others are in the JSON form.
                lines.add("    " + row.differences().getFirst());
            }
        }
        refusals.forEach((reason, bits) -> lines.add("not compared: " + reason.engine() + ", vectors "
                + String.join(" ", bits.stream().map(KernelFindings::name).toList()) + ": " + reason.text()));
        lines.add(summary());
        return lines;
    }

    private static String name(int bits) {
        return bits == 0 ? "off" : Integer.toString(bits);
    }

    private String summary() {
        if (rows.isEmpty()) {
            return "nothing was compared";
        }
        long kernels = rows.stream().map(Row::kernel).distinct().count();
        long calls = rows.stream().mapToLong(Row::calls).sum();
        List<String> wrong = rows.stream().filter(row -> !row.passed()).map(Row::kernel).distinct().toList();
        String what = String.format(Locale.ROOT, "%d kernels, %,d calls: ", kernels, calls);
        return what + (wrong.isEmpty() ? agreement() : "not in order: " + String.join(", ", wrong));
    }

    private String agreement() {
        return rows.stream().allMatch(row -> row.nearest() == null)
                ? "all bits agree"
                : "all bits agree, or lie within the bound where bits are not promised";
    }

    /** The same as plain values. */
    Map<String, Object> object(long seed) {
        List<Object> refused = new ArrayList<>();
        refusals.forEach((reason, bits) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("engine", reason.engine());
            row.put("vector_bits", bits);
            row.put("refused", reason.text());
            refused.add(row);
        });
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("java", Runtime.version().toString());
        object.put("seed", seed);
        object.put("kernels", rows.stream().map(Row::object).toList());
        object.put("refusals", refused);
        object.put("agree", passed());
        return object;
    }
}
