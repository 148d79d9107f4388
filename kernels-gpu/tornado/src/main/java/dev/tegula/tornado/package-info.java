/**
 * Devices through TornadoVM, which compiles static methods of Java to kernels when they first run. A program of calls is an
 * execution plan: a chain of task graphs that hold their arrays on the device.
 *
 * <p>Kernels here have no bits of a number ({@code Float.intBitsToFloat} does not compile), no fused multiplication that can
 * be relied on, and no F16: they are not exact, and are held to bounds. Scalar arguments are compiled in as constants, so
 * what changes from call to call travels in an array ({@link dev.tegula.tornado.BatchArray}).
 */
package dev.tegula.tornado;
