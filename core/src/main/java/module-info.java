/** Tensors, formats, graph, executor, file formats, text and the engine. Depends on nothing outside the platform. */
module dev.tegula.core {
    requires jdk.jfr;

    exports dev.tegula.device;
    exports dev.tegula.exec;
    exports dev.tegula.graph;
    exports dev.tegula.graph.pass;
    exports dev.tegula.kernel;
    exports dev.tegula.kernel.conform;
    exports dev.tegula.model;
    exports dev.tegula.model.arch;
    exports dev.tegula.kernel.ref;
    exports dev.tegula.engine;
    exports dev.tegula.kv;
    exports dev.tegula.file.gguf;
    exports dev.tegula.sample;
    exports dev.tegula.tensor;
    exports dev.tegula.tensor.codec;
    exports dev.tegula.text;
    exports dev.tegula.tile;

    uses dev.tegula.device.DeviceBackend;
    uses dev.tegula.kernel.KernelProvider;
    exports dev.tegula.text.template;
}
