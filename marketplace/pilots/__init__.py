"""场景验证: a product tried at a real site against targets fixed beforehand, and judged with an interval."""
