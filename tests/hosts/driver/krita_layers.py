"""What the layer tests do inside Krita: `krita/studio.py` evaluates this text there first.

Pixels go to and from the test through files in /exchange.
"""

from pathlib import Path

from dynamic_style_krita.layers import (  # noqa: F401 - some are for the code that comes later
    color_spaces,
    kinds,
    reading,
    recipe_annotation,
)
from dynamic_style_krita.layers.preview import canvas_view, preview_reading  # noqa: F401 - too
from dynamic_style_krita.layers.time_slices import Stepping
from dynamic_style_krita.layers.writing import write_result
from dynamic_style_krita.model.layer_run import Job, LayerRun
from dynamic_style_krita.plugin.events import RunFailed, RunFinished
from dynamic_style_krita.plugin.hole_context import Box
from dynamic_style_krita.plugin.recipe import Recipe
from dynamic_style_krita.plugin.worker import Worker
from krita import Krita, Selection
from PyQt5 import QtWidgets

EXCHANGE = Path("/exchange")
worker = Worker(host="krita test", version="0")


class Outcome:
    """How a job ended: value or error."""

    def __init__(self):
        self.value = self.error = None
        self.is_over = False

    def done(self, value, node=None):
        self.value = node or value
        self.is_over = True

    def failed(self, error):
        self.error = error
        self.is_over = True


def new_document(width, height, model="RGBA", depth="U8", profile=color_spaces.SRGB_PROFILE):
    """Make a picture and show it, as File > New does."""
    made = Krita.instance().createDocument(width, height, "", model, depth, profile, 72.0)
    Krita.instance().activeWindow().addView(made)


def close_document():
    document = Krita.instance().activeDocument()
    document.waitForDone()
    document.setModified(False)
    document.close()


def layer(name):
    """The layer of that name; the topmost if there are several."""
    for node in kinds.all_nodes(Krita.instance().activeDocument()):
        if node.name() == name:
            return node
    raise LookupError(name)


def add_layer(name, file, box, parent=None):
    """A paint layer with a file's bytes in box, above everything else."""
    document = Krita.instance().activeDocument()
    node = document.createNode(name, "paintlayer")
    node.setPixelData((EXCHANGE / file).read_bytes(), *box)
    (parent or document.rootNode()).addChildNode(node, None)
    return node


def select(file, box):
    shape = Selection()
    shape.setPixelData((EXCHANGE / file).read_bytes(), *box)
    Krita.instance().activeDocument().setSelection(shape)


def save_pixels(node, box, file):
    (EXCHANGE / file).write_bytes(bytes(node.pixelData(*box)))


def save_shown(box, file):
    """What the whole picture shows in box."""
    document = Krita.instance().activeDocument()
    (EXCHANGE / file).write_bytes(bytes(document.pixelData(*box)))


def tree(node=None):
    """[name, type, children] of every layer, from bottom to top, without the global selection."""
    node = node or Krita.instance().activeDocument().rootNode()
    return [
        [child.name(), child.type(), tree(child)]
        for child in node.childNodes()
        if not (child.type() == "selectionmask" and child.name() == "Selection Mask")
    ]


def history_list():
    for docker in Krita.instance().dockers():
        if docker.objectName() == "History":
            docker.setVisible(True)
            return docker.findChild(QtWidgets.QListView)
    raise LookupError("no undo history")


def history():
    """The names of all undo steps that are done; undone ones wait behind them until the next."""
    model = history_list().model()
    return [model.index(row, 0).data() for row in range(history_row() + 1)]


def history_row():
    """How many steps are done, and not undone."""
    return history_list().currentIndex().row()


def recipe(target="new_layer", follows=False, alpha=0.6):
    return Recipe(
        task="style_transfer",
        pack="starry-night",
        pack_sha256=None,
        pack_title="Starry Night",
        dials={"strength": (alpha,)},
        target=target,
        follows_selection=follows,
    )


def use_of(name):
    return kinds.layer_use(Krita.instance().activeDocument(), layer(name))


def begin(steps):
    global outcome
    outcome = Outcome()
    outcome.stepping = Stepping(steps, done=outcome.done, failed=outcome.failed)


def begin_reading(name, edited=None, box=None):
    document = Krita.instance().activeDocument()
    global use
    use = use_of(name)
    again = layer(edited) if edited else None
    begin(reading.read_layer(document, use, edited=again, box=box and Box(*box)))


def keep_picture():
    """Describe what was read, and save its bytes as read.raw and its selection as mask.raw."""
    global picture
    picture = outcome.value
    (EXCHANGE / "read.raw").write_bytes(picture.pixels.data)
    if picture.selection is not None:
        (EXCHANGE / "mask.raw").write_bytes(picture.selection.data)
    pixels = picture.pixels
    return [list(picture.box), pixels.layout, pixels.depth, pixels.transfer]


def begin_writing(file, target, over=None):
    result = picture.pixels.with_data((EXCHANGE / file).read_bytes())
    document = Krita.instance().activeDocument()
    begin(
        write_result(
            document, use, picture, result, recipe(target), over=layer(over) if over else None
        )
    )


def begin_run(name, made_by, edited=None):
    """The plug-in's whole way: read, ask the backend, write."""
    global outcome, run
    outcome = Outcome()
    document = Krita.instance().activeDocument()
    job = Job(document, use_of(name), made_by, layer(edited) if edited else None)
    run = LayerRun(worker, job, done=outcome.done, failed=outcome.failed)


def pump_run():
    """Hand the worker's events to the run; return whether it is over."""
    for event in worker.drain():
        if isinstance(event, RunFinished) and event.ticket == run.ticket:
            run.finish(event.result)
        elif isinstance(event, RunFailed):
            outcome.failed(event.error)
    return outcome.is_over


def error_text():
    return "" if outcome.error is None else f"{type(outcome.error).__name__}: {outcome.error}"
