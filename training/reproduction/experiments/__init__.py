"""One module for each experiment: what it trains, what it measures, and what decides."""
