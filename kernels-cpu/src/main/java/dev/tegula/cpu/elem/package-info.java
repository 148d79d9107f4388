/** Vector kernels of row-wise and element-wise ops: norms, quantization, gates, sums, rotation, softmax. */
package dev.tegula.cpu.elem;
