"""场景链: everything that followed from one need, as one timeline that anybody can check."""
