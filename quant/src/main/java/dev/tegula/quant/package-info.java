/**
 * Number formats from the writing side: {@link dev.tegula.quant.Formats} is the table of all formats with their decoders
 * and, where there is one, their encoders.
 */
package dev.tegula.quant;
