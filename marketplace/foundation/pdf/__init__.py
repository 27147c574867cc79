"""PDF documents with Chinese in them: an A4 paper written from top to bottom, and how its lines are broken."""

from marketplace.foundation.pdf.paper import Area, Colour, Paper

__all__ = ["Area", "Colour", "Paper"]
