/**
 * Devices with memory of their own, such as GPUs: what a backend has to provide so that a plan's steps run there. The
 * planner puts steps on a device, {@link dev.tegula.exec.PlanMemory} uploads weights once, and a call moves only what
 * crosses between host and device.
 */
package dev.tegula.device;
