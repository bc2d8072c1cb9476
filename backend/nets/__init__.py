"""Networks: main nets as dicts of named stages, and the DynamicNet that adds dials."""
