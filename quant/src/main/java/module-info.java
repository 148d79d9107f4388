/** Encoders of the block formats and error measures. */
module dev.tegula.quant {
    requires transitive dev.tegula.core;
}
