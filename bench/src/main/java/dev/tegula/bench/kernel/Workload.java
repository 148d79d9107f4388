package dev.tegula.bench.kernel;

import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelRequest;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Param;

/**
 * What a suite measures with certain parameters, but for the engine and the threads, which all suites have.
 *
 * @param suite its class's simple name
 * @param parameters in the order of the suite
 * @param request what is computed
 * @param rows of the batch
 * @param firstPosition of the batch's first row in its sequence
 * @param tile the kernel's, where an engine has several; {@link KernelBench#USUAL} for the one that a plan gets
 */
public record Workload(String suite, Map<String, String> parameters, KernelRequest request, int rows,
        int firstPosition, String tile) {
    /** Values that say that nothing is special. */
    private static final Set<String> UNSAID = Set.of("0", "false", KernelBench.USUAL);

    /** All combinations of a suite's own values of its parameters; those that compute the same are taken once. */
    public static List<Workload> of(Class<? extends KernelBench> suite) {
        List<Workload> workloads = new ArrayList<>();
        for (Map<String, String> parameters : combinations(parameters(suite))) {
            Workload workload = bind(suite, parameters);
            if (workloads.stream().noneMatch(workload::isSame)) {
                workloads.add(workload);
            }
        }
        return workloads;
    }

    /** This once for each kernel that an engine has for it, that of a plan first; for an engine without any, this as it is. */
    public List<Workload> tiles(KernelProvider engine) {
        List<Workload> tiles = new ArrayList<>(List.of(this));
        engine.kernels()
                .stream()
                .filter(kernel -> kernel.id().op().equals(request.op().name()) && kernel.refuse(request).isEmpty())
                .skip(1)
                .forEach(kernel -> tiles.add(new Workload(suite, parameters, request, rows, firstPosition,
                        kernel.id().tile())));
        return tiles;
    }

    private boolean isSame(Workload other) {
        return request.equals(other.request) && rows == other.rows && firstPosition == other.firstPosition;
    }

    private static List<Field> parameters(Class<? extends KernelBench> suite) {
        return Stream.of(suite.getDeclaredFields()).filter(field -> field.isAnnotationPresent(Param.class)).toList();
    }

    private static List<Map<String, String>> combinations(List<Field> fields) {
        List<Map<String, String>> all = List.of(Map.of());
        for (Field field : fields) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> some : all) {
                for (String value : field.getAnnotation(Param.class).value()) {
                    Map<String, String> one = new LinkedHashMap<>(some);
                    one.put(field.getName(), value);
                    longer.add(one);
                }
            }
            all = longer;
        }
        return all;
    }

    private static Workload bind(Class<? extends KernelBench> suite, Map<String, String> parameters) {
        try {
            KernelBench bench = suite.getDeclaredConstructor().newInstance();
            for (Field field : parameters(suite)) {
                field.set(bench, value(field.getType(), parameters.get(field.getName())));
            }
            return new Workload(suite.getSimpleName(), parameters, bench.request(), bench.rows(),
                    bench.firstPosition(), KernelBench.USUAL);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(suite + " is no suite of JMH's kind", e);
        }
    }

    /** As JMH does it. */
    private static Object value(Class<?> type, String text) {
        if (type.isEnum()) {
            return Stream.of(type.getEnumConstants())
                    .filter(constant -> ((Enum<?>) constant).name().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(type.getSimpleName() + " has no " + text));
        }
        if (type == int.class) {
            return Integer.valueOf(text);
        }
        if (type == float.class) {
            return Float.valueOf(text);
        }
        return type == boolean.class ? (Object) Boolean.valueOf(text) : text;
    }

    /** For people, and to tell it from others: {@code MatMul shape=llama-3.2-1b/ffn_down format=Q4_0 rows=1}. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(" ");
        text.add(suite.replaceAll("Bench$", ""));
        all().forEach((name, value) -> {
            if (!UNSAID.contains(value)) {
                text.add(name + "=" + value);
            }
        });
        return text.toString();
    }

    private Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        if (!tile.equals(KernelBench.USUAL)) {
            all.put("tile", tile);
        }
        return all;
    }

    /** The command that measures it with JMH. */
    public String command(String engine, int threads) {
        StringJoiner text = new StringJoiner(" -p ", "./tegula bench kernels --filter " + suite + " -p ", "");
        all().forEach((name, value) -> text.add(name + "=" + value));
        return text.add("engine=" + engine).add("threads=" + threads).toString();
    }
}
