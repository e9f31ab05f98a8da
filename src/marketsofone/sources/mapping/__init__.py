"""What ``market.toml`` says about sources."""
