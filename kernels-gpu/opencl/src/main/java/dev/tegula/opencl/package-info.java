/**
 * OpenCL through LWJGL: a {@link dev.tegula.device.DeviceBackend}, and kernels in {@code .cl} resources that follow the scalar
 * twins bit by bit. Listing devices never throws when OpenCL is absent; no handle of OpenCL leaves the package.
 *
 * <p>The loader library is looked for as {@code libOpenCL.so.1} and {@code libOpenCL.so} (or the platform's names), or as
 * {@code -Dorg.lwjgl.opencl.libname} says. LWJGL's own native library comes with the module for Linux on x86-64;
 * applications elsewhere add the {@code org.lwjgl:lwjgl} natives of their platform. From the module path, start with
 * {@code --add-modules org.lwjgl.natives --enable-native-access=org.lwjgl,org.lwjgl.opencl}.
 */
package dev.tegula.opencl;
