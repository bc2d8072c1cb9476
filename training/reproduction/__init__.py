"""What the paper claims, tried again: trainings, a measurement, a plot, and a verdict for each.

`dynamic-style-train reproduce` goes through `table`, whose experiments lie in `experiments/`, each
with a config in training/configs/reproduce/, and a small one in quick/ there. An experiment is some
trainings in training/loop, each resumable in a folder of its own (`trainings`, `style_nets`),
curves that are measured photo by photo and kept (`yardstick`), and findings: a statistic with its
bootstrap interval (`curves`) and a verdict (`findings`). `report` writes the report over all that
have a result.
"""
