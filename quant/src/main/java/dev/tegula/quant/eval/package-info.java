/** How far apart two tensors or two models' logits are. */
package dev.tegula.quant.eval;
