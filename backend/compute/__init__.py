"""Where and how nets run: the engine, the device, its memory, its threads.

`engine` is what tasks see of an engine: a pack's weights in, arrays through its net. On a CPU that
is OpenVINO, in bfloat16 where the CPU has it and else in float32; then no command but bench loads
torch, nor does the backend. Torch computes on GPUs, where OpenVINO has no builds, and when it is
asked for by name; so it is an extra where OpenVINO has builds, and
installer/environment/torch_builds.py knows which build of it a computer gets. `choose_engine` says
which of the two it is, and `openvino/` what of OpenVINO is used and how its telemetry is shut out.

Both must paint alike: tests/backend/compute/test_openvino_nets.py says within what. Each has strips
of its own for what does not fit into memory: `backend/nets/strips.py` for torch,
`openvino/style_transfer_strips.py` for OpenVINO.
"""
