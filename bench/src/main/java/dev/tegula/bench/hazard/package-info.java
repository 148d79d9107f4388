/**
 * What makes Java's vectors and native memory slow although it looks harmless: a class per trap, in which the slow and the right version stand
 * side by side as benchmarks of the same work. {@code ./tegula bench kernels --filter hazard} runs them all.
 */
package dev.tegula.bench.hazard;
