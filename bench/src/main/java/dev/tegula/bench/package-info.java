/**
 * JMH suites. {@code java -jar bench/target/benchmarks.jar} takes all of JMH's options, for example
 * {@code MatMulBench -p shape=llama-3.2-1b/ffn_down -p format=Q4_0 -p engine=ref,vec -rf json}. A suite that computes a
 * wrong result fails before it is timed.
 */
package dev.tegula.bench;
