"""Each framework's GRU with given weights: built and run in one place, imported only when it is used."""
