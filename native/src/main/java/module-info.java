/** C kernels bound through the foreign function interface. */
module dev.tegula.nat {
    requires transitive dev.tegula.core;
}
