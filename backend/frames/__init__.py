"""Moving pictures: clips read frame by frame, dials over time, and which frames are done."""
