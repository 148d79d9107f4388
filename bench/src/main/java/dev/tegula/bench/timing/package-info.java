/** Measuring by turns on a machine that others use too. */
package dev.tegula.bench.timing;
