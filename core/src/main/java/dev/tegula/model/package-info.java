/** From a model file to a plan that runs: hyper-parameters checked by name, weights checked by shape, a builder per family. */
package dev.tegula.model;
