/** OpenCL devices through LWJGL. */
module dev.tegula.opencl {
    requires transitive dev.tegula.core;
}
