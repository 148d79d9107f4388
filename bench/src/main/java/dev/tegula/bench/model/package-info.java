/** Suites of whole models; logits are compared with those of the scalar kernels before anything is timed. */
package dev.tegula.bench.model;
