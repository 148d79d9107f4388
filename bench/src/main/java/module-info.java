/**
 * JMH suites. Open, since JMH's runner finds the suites and the code it generated for them by reflection; {@code jmh.core}
 * is an automatic module.
 */
open module dev.tegula.bench {
    requires dev.tegula;
    requires com.fasterxml.jackson.databind;
    requires dev.tegula.nat;
    requires info.picocli;
    requires java.management;
    requires static jdk.incubator.vector;
    requires jmh.core;
    // JMH's own need, which an automatic module cannot state.
    requires jdk.unsupported;

    exports dev.tegula.bench;
    exports dev.tegula.bench.attn;
    exports dev.tegula.bench.elem;
    exports dev.tegula.bench.gemm;
    exports dev.tegula.bench.hazard;
    exports dev.tegula.bench.kernel;
    exports dev.tegula.bench.ladder;
    exports dev.tegula.bench.machine;
    exports dev.tegula.bench.model;
    exports dev.tegula.bench.peer;
    exports dev.tegula.bench.report;
    exports dev.tegula.bench.sample;
    exports dev.tegula.bench.text;
    exports dev.tegula.bench.timing;

    uses dev.tegula.bench.peer.Peer;
}
