"""Words and rules of the product: stdlib and numpy only."""
