"""What the paper claims, tried again: trainings, a measurement, a plot, and a verdict for each."""
