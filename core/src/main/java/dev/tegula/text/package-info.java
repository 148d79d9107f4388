/**
 * Text to token ids and back: vocabularies, tokenizers and the streaming detokenizer.
 *
 * <p>
 * The algorithms are those of SentencePiece (Kudo and Richardson, 2018), byte-level BPE (Radford et al., 2019; Sennrich
 * et al., 2016) and WordPiece (Schuster and Nakajima, 2012), with the vocabulary, flags and pre-tokenizer names of the
 * GGUF format.
 */
package dev.tegula.text;
