/** Tensors in native memory: number formats, shapes, storage that owns memory and views that do not. */
package dev.tegula.tensor;
