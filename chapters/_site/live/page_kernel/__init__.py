"""Python in the page: it runs a cell in the page's namespace, and sends what comes of it, as a Jupyter kernel would."""
