/**
 * From a row of logits to a token id: validated options, a chain of samplers, and stop strings.
 *
 * <p>{@link dev.tegula.sample.SamplerChain} is the door: built once per sequence from
 * {@link dev.tegula.sample.SamplingOptions}, it reads logits from native memory, and allocates nothing per token.
 */
package dev.tegula.sample;
