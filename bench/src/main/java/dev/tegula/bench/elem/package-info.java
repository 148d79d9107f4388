/** Suites of what multiplies no matrices: norms, gates, rotations, quantizing, looking up, the first of many. */
package dev.tegula.bench.elem;
