"""The nets on CPUs by OpenVINO, without torch: graphs built from a pack's manifest and weights.

Nothing of a pack is executed and no file is exchanged: `dynamic_graph` makes the graph of a net
with `layers`, the stages that it consists of are in `style_transfer_graph` and `completion_graph`,
and `compiled_net` runs it. What does not fit into memory as a whole `style_transfer_strips` runs in
passes over strips: `strip_pass` makes one, of `strip_layers`, between maps of `feature_map`.

In float32 it gives torch's pictures to within 1e-3; in bfloat16, which only some CPUs have, it is
several times as fast; the shipped packs' photos are then half a step of 1/255 away in the mean, 2
to 6 in a thousandth of the pixels, and 10 at worst.

OpenVINO (https://docs.openvino.ai, Apache-2.0): 59 MB to download and 178 MB on the disk, for
CPython 3.10 to 3.14. With it comes openvino-telemetry: `import openvino` imports its own converter
of other programs' models, `openvino.tools.ovc`, which at once sends an event to Google Analytics
from a process of its own, and keeps an id of the user in the folder `intel` of the home; it asks
nobody, unless a file there forbids it. Nothing else in the package (2026.4.1) uses the telemetry.
So `runtime` shuts out both before it imports the rest, and nothing else may import openvino; tests
hold both. A process that stylizes then opens no socket, as strace shows. Nobody needs the converter
here.
"""
