"""Networks: main nets as ordered dicts of named stages, and the DynamicNet that adds dials to them."""
