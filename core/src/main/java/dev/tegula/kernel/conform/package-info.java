/**
 * Holds a kernel to its twin: runs both on random and extreme operands and compares every bit. Used by the tests of every
 * engine, and by anyone who adds a kernel.
 */
package dev.tegula.kernel.conform;
