package dev.tegula.device;

import dev.tegula.kernel.KernelRequest;
import java.util.List;

/**
 * A kernel and the memory on the device that it works on.
 *
 * @param kernel one of the device's {@link Device#kernels kernels}
 * @param request the op with formats and shapes
 * @param inputs memory of the inputs, in the op's order
 * @param outputs memory of the outputs, in the op's order; may be an input's where the op allows it
 */
public record DeviceCall(DeviceKernelFactory kernel, KernelRequest request, List<DeviceOperand> inputs,
        List<DeviceOperand.Matrix> outputs) {
    /** Copies the lists and checks their sizes. */
    public DeviceCall {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        if (inputs.size() != request.inputs().size() || outputs.size() != request.outputs().size()) {
            throw new IllegalArgumentException(request + " bound to " + inputs.size() + " inputs, " + outputs.size()
                    + " outputs");
        }
    }

    /** The i-th input, which is a matrix. */
    public DeviceOperand.Matrix matrix(int i) {
        if (inputs.get(i) instanceof DeviceOperand.Matrix matrix) {
            return matrix;
        }
        throw new IllegalArgumentException("input " + i + " of " + request + " is no matrix");
    }

    /** The i-th input, which is a weight matrix. */
    public DeviceOperand.Weights weights(int i) {
        if (inputs.get(i) instanceof DeviceOperand.Weights weights) {
            return weights;
        }
        throw new IllegalArgumentException("input " + i + " of " + request + " is no weight matrix");
    }

    /** The i-th input, which is the KV cache. */
    public DeviceOperand.Cache cache(int i) {
        if (inputs.get(i) instanceof DeviceOperand.Cache cache) {
            return cache;
        }
        throw new IllegalArgumentException("input " + i + " of " + request + " is no KV cache");
    }

    /** The first output. */
    public DeviceOperand.Matrix output() {
        return outputs.get(0);
    }
}
