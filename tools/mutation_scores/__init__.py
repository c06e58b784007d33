"""A mutant in other clothes: as a Keras layer, and as ONNX's operator, for the tests of others."""
