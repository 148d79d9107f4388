/** One small builder per model family: hyper-parameters and weights in, graph out. */
package dev.tegula.model.arch;
