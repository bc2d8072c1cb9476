"""The backend as its clients reach it: found, started, left to its user alone, and asked."""
