/**
 * Kernels: what an operation is ({@link dev.tegula.kernel.Op}), who can run it ({@link dev.tegula.kernel.KernelProvider}),
 * and which kernel was chosen and why ({@link dev.tegula.kernel.KernelTable}).
 *
 * <p>A kernel allocates nothing, starts no thread and keeps no state between calls. It computes one <em>portion</em> of
 * its output, and the value of an element does not depend on how the output was cut into portions, on the other rows of
 * the batch or on the vector's width.
 */
package dev.tegula.kernel;
