/** The suite of attention. */
package dev.tegula.bench.attn;
