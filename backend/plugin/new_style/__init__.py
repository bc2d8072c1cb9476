"""A style pack of one's own: a layer and a folder of photos become a training that runs by itself.

style_runs.py is what a panel holds; the rest is what it is made of, from what is asked for
(style_request.py) to what is told of a run (run_texts.py).
"""
