/**
 * One matrix product written anew step by step, from three loops to the kernel that the product uses, one idea per step. docs/LADDER.md reads along;
 * {@code ./tegula bench kernels --filter LadderBench} measures the steps.
 */
package dev.tegula.bench.ladder;
