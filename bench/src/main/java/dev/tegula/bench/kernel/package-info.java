/**
 * What suites of kernels share; the suites are in packages that are called like those of the kernels. Each call computes the whole output on one thread or
 * several. Before anything is timed the result is compared with the scalar twin, bit by bit, and a difference fails the trial.
 */
package dev.tegula.bench.kernel;
