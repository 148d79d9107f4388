package dev.tegula.model;

import dev.tegula.exec.Limits;
import dev.tegula.exec.Plan;
import dev.tegula.exec.Planner;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.graph.Graph;
import dev.tegula.graph.GraphBuilder;
import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.graph.pass.Passes;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kv.KvLayout;
import dev.tegula.model.arch.Architecture;
import dev.tegula.model.arch.Architectures;

/**
 * What a model file asks for, before anything is allocated: its hyper-parameters, its graph as built, and its plan.
 *
 * @param spec hyper-parameters
 * @param graph the graph as the family's builder made it
 * @param plan the plan
 * @param weights the file's tensors
 */
public record ModelPlan(ModelSpec spec, Graph graph, Plan plan, Weights weights) {
    /**
     * Reads the header, builds the graph and plans it. Reads no weights.
     *
     * @throws ModelException when the architecture is unknown, a hyper-parameter or tensor is missing or wrong, or an op
     *             has no kernel
     * @throws dev.tegula.file.gguf.GgufException when a key or tensor is missing or of the wrong type
     * @throws IllegalArgumentException when an option is out of range
     */
    public static ModelPlan of(GgufFile file, ModelOptions options) {
        String name = file.metadata().getString("general.architecture");
        Architecture family = Architectures.find(name)
                .orElseThrow(() -> new ModelException(file.name(),
                        "general.architecture", "'" + name + "' is not known; known are " + Architectures.names()));
        ModelSpec spec = new SpecReader(file, family, name).read(name);
        GraphBuilder builder = new GraphBuilder();
        Weights weights = new Weights(file, builder);
        Graph graph = family.build(spec, weights, builder, options.kvType());
        Limits limits = limits(spec, options);
        KvLayout kv = new KvLayout(options.kvType(), spec.layers(), spec.kvHeads(), spec.headSize(), limits.blocks());
        Graph ready = Passes.apply(graph);
        Plan plan;
        try {
            plan = Planner.plan(ready, options.kernels(), limits, kv, options.device());
        } catch (UnsupportedOperationException e) {
            throw new ModelException(file.name(), refused(ready, options.kernels()), e.getMessage());
        }
        return new ModelPlan(spec, graph, plan, weights);
    }

    /** The weight of the first op that has no kernel, which is what a reader of the refusal can look up in the file. */
    private static String refused(Graph graph, KernelTable kernels) {
        for (Node node : graph.nodes()) {
            if (node.output().kind() == Value.Kind.CONSTANT) {
                // Computed without a kernel.
                continue;
            }
            try {
                kernels.choose(node.request());
            } catch (UnsupportedOperationException e) {
                return node.inputs()
                        .stream()
                        .filter(value -> value.kind() == Value.Kind.WEIGHT)
                        .map(Value::name)
                        .findFirst()
                        .orElse(node.op().name());
            }
        }
        return "graph";
    }

    private static Limits limits(ModelSpec spec, ModelOptions options) {
        int threads = options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
        int context = options.context() == 0
                ? Math.min(spec.context(), ModelOptions.DEFAULT_CONTEXT)
                : options.context();
        if (context > spec.context()) {
            throw new IllegalArgumentException(
                    "context " + context + ": the model was made for " + spec.context() + " positions");
        }
        int rows = Math.max(options.sessions(), Math.min(options.batchRows(), context));
        int outputs = options.outputRows() == 0 ? options.sessions() : Math.min(options.outputRows(), rows);
        return new Limits(threads, rows, outputs, options.sessions(), context);
    }
}
