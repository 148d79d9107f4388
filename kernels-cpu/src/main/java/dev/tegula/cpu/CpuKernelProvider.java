package dev.tegula.cpu;

import dev.tegula.cpu.attn.AttnFactories;
import dev.tegula.cpu.elem.ElemFactories;
import dev.tegula.cpu.gemm.LinearFactory;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The Vector API engine. Its kernels are listed without touching the incubator module, so that they can refuse. */
public final class CpuKernelProvider implements KernelProvider {
    /** The engine's name in kernel ids. */
    public static final String ENGINE = "vec";

    /** Made by the service loader. */
    public CpuKernelProvider() {}

    @Override
    public String engine() {
        return ENGINE;
    }

    @Override
    public int rank() {
        return 10;
    }

    @Override
    public boolean isSlowWhenCold() {
        return true;
    }

    @Override
    public Optional<String> wrongSetting() {
        return CpuProbe.wrongWidth(System.getProperty(Lanes.PROPERTY, ""));
    }

    @Override
    public Optional<Refusal> unavailable() {
        return CpuProbe.reason().map(text -> new Refusal(ENGINE, text));
    }

    @Override
    public List<KernelFactory> kernels() {
        List<KernelFactory> kernels = new ArrayList<>();
        kernels.addAll(LinearFactory.all());
        kernels.addAll(ElemFactories.all());
        kernels.addAll(AttnFactories.all());
        return List.copyOf(kernels);
    }
}
