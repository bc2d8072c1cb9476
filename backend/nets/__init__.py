"""The nets, in pure torch.

A main net is an ordered dict of named stages. `DynamicNet` runs them in order and, before the
stages named as taps, adds z = z0 + sum of alpha * psi(z0) over all dials. No net has a `forward`
of its own that would have to be copied to insert a block, so one class serves every task.

A dial owns blocks for its `higher` side and, when it is dual, for its `lower` side, which answers
negative alpha. alpha = 0 runs no block, so the result is the main net's bit for bit. Dials of
weights have no blocks: they change the main net's own weights (`weight_dial.py`).

The style net is the one that the paper starts from: width 32 is the published size, 16 the lite
one. The completion net is a small U-Net that mixes three fills; its skips travel beside the main
feature map, so that it is a sequence of stages like any other. The generation net makes a picture
of random numbers alone.

Paper: https://arxiv.org/abs/1811.08760
"""
