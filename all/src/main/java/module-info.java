/** What an application requires: the engine with every CPU kernel provider. */
module dev.tegula {
    requires transitive dev.tegula.core;
    requires transitive dev.tegula.quant;
    requires dev.tegula.cpu;
    requires dev.tegula.nat;
}
