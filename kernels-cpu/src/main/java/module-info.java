/** Vector API kernels for the CPU; without the incubator module they refuse and the scalar engine runs. */
module dev.tegula.cpu {
    requires transitive dev.tegula.core;
    requires static jdk.incubator.vector;

    exports dev.tegula.cpu;

    provides dev.tegula.kernel.KernelProvider with dev.tegula.cpu.CpuKernelProvider;
}
