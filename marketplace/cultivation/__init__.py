"""场景培育库, the cultivation library: which needs are tried, shown and ripe, and their copies elsewhere."""
