"""Face generation, as one of the tasks that can be trained."""
