/**
 * Kernels of other libraries beside ours, by turns in one process: machines drift, so only the ratio of what was measured in the
 * same moments says something.
 */
package dev.tegula.bench.peer;
