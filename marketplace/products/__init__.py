"""What vendors offer: products with specs by category, and what proves each claim."""
