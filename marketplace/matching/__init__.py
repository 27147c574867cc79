"""Which products meet a need, and which needs a product meets, with reasons that both sides see."""
