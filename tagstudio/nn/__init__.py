"""Networks: catalogue, front ends, architectures, explanation. The only package that imports torch."""
