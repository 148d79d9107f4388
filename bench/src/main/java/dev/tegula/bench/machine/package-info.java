/**
 * What the machine can do at most, in C and in Java: multiply rates, and bandwidths of its caches and its memory. Every share of a
 * roofline refers to these.
 */
package dev.tegula.bench.machine;
