"""What ``m1 init`` proposes for files that no mapping names yet."""
