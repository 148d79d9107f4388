/**
 * JMH suites. Open, since JMH's runner finds the suites and the code it generated for them by reflection; {@code jmh.core}
 * is an automatic module.
 */
open module dev.tegula.bench {
    requires dev.tegula;
    requires info.picocli;
    requires jmh.core;
    // JMH's own need, which an automatic module cannot state.
    requires jdk.unsupported;

    exports dev.tegula.bench;
    exports dev.tegula.bench.kernel;
    exports dev.tegula.bench.peer;
    exports dev.tegula.bench.sample;
    exports dev.tegula.bench.text;

    uses dev.tegula.bench.peer.Peer;
}
