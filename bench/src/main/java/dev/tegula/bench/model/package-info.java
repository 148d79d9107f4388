/**
 * Whole models: where they come from, suites that compare logits with those of the scalar kernels before anything is timed,
 * and how long the first token of a fresh process takes.
 */
package dev.tegula.bench.model;
