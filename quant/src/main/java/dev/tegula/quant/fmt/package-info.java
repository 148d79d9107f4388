/**
 * The encoders, one file per format. The layout of a block is pictured where {@code dev.tegula.tensor.codec} decodes it;
 * here stands how its scales and codes are chosen.
 */
package dev.tegula.quant.fmt;
