/** Tensors, formats, graph, executor, file formats, text and the engine. Depends on nothing outside the platform. */
module dev.tegula.core {
    requires jdk.jfr;

    exports dev.tegula.tensor;
}
