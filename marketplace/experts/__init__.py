"""The register of experts: who they are, what ties they declare, and who may be drawn for a panel."""
