/** OpenCL devices through LWJGL; refused with a reason where there is no OpenCL. */
module dev.tegula.opencl {
    requires transitive dev.tegula.core;
    requires org.lwjgl;
    requires org.lwjgl.opencl;

    exports dev.tegula.opencl;

    provides dev.tegula.device.DeviceBackend with dev.tegula.opencl.OpenClBackend;
}
