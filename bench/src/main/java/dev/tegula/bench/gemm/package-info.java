/** Suites of products with matrices of weights, in every format. */
package dev.tegula.bench.gemm;
