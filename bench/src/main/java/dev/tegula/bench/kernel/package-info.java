/**
 * One suite per family of kernels; each call computes the whole output on one thread. Before anything is timed the result
 * is compared with the scalar twin, bit by bit, and a difference fails the trial.
 */
package dev.tegula.bench.kernel;
