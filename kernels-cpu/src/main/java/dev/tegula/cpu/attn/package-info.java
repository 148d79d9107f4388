/** Vector kernels of attention over KV blocks. */
package dev.tegula.cpu.attn;
