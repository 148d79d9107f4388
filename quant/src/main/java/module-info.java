/** Encoders of the block formats and error measures. */
module dev.tegula.quant {
    requires transitive dev.tegula.core;

    exports dev.tegula.quant;
    exports dev.tegula.quant.eval;
}
