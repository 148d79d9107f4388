/** ONNX Runtime as a peer of the benchmarks; {@code com.microsoft.onnxruntime} is a module by its manifest or its name. */
module dev.tegula.bench.onnx {
    requires com.microsoft.onnxruntime;
    requires dev.tegula.bench;
    requires dev.tegula.core;

    provides dev.tegula.bench.peer.Peer with dev.tegula.bench.onnx.OnnxRuntime;
}
