"""What test_inpaint.py has run in GIMP; see topics.py."""

from __future__ import annotations

SIZE = WIDTH, HEIGHT = 360, 270  # of scene.png
HOLE = (140, 100, 60, 40)  # x, y, width, height; its surroundings are not all of the picture
EDGES = "grow=6, feather=5"
PRECISIONS = ("U16_NON_LINEAR", "U32_LINEAR", "FLOAT_LINEAR")

_SELECT = f"image.select_rectangle(Gimp.ChannelOps.REPLACE, *{HOLE})"
_SOFT = f"{_SELECT}\nGimp.Selection.feather(image, 10)"

TOPICS = {
    "new layer": f"""
image = load("scene.png")
{_SELECT}
layer = image.get_layers()[0]
before, selected = data(layer, "R'G'B' u8"), selection(layer)
told = [inpaint(image, {EDGES}), tree(image), data(image.get_layers()[0], "R'G'B'A u8")]
told += [recipe(image.get_layers()[0]), layer.get_tattoo(), selected]
told += [data(layer, "R'G'B' u8") == before and selection(layer) == selected]
told += [len(image.get_channels())]
""",
    "in place": f"""
told = []
for select in ({_SELECT!r}, {_SOFT!r}):
    image = load("scene.png")
    exec(select)
    layer = image.get_layers()[0]
    selected = selection(layer)
    told.append([inpaint(image, target="in-place", {EDGES}), data(layer, "R'G'B' u8"), selected])
    told[-1] += [selection(layer) == selected, tree(image), len(image.get_channels())]
""",
    "depths": f"""
told = {{}}
for precision in {PRECISIONS}:
    image = load("scene.png")
    image.convert_precision(getattr(Gimp.Precision, precision))
    layer = image.get_layers()[0]
    before = [data(layer, "R'G'B' float"), data(layer, "RGB double")]
    {_SELECT}
    done = inpaint(image)
    fill = data(image.get_layers()[0], "R'G'B'A float")
    again = inpaint(image, [layer], target="in-place")
    after = [data(layer, "R'G'B' float"), data(layer, "RGB double")]
    kept = image.get_precision() == getattr(Gimp.Precision, precision)
    told[precision] = [done, kept, fill, again, before, after]
""",
    "gray": f"""
image = load("scene-gray.png")
{_SELECT}
told = [inpaint(image, {EDGES}), tree(image), data(image.get_layers()[0], "Y'A u8")]
""",
    "offset": """
image = load("scene.png")
photo = data(image.get_layers()[0], "R'G'B' u8")
image.resize(400, 300, 20, 10)
layer = image.get_layers()[0]
layer.set_offsets(120, -30)
image.select_rectangle(Gimp.ChannelOps.REPLACE, 90, 40, 70, 60)
told = [inpaint(image), tree(image), data(image.get_layers()[0], "R'G'B'A u8")]
image = load("scene.png")
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 70, 40, 60)
told += [inpaint(image), data(image.get_layers()[0], "R'G'B'A u8")]
""",
    "transparency": f"""
image = load("scene.png")
layer = image.get_layers()[0]
layer.add_alpha()
rgba = bytearray(base64.b64decode(data(layer, "R'G'B'A u8")))
for y in range({HEIGHT}):
    for x in range(210, {WIDTH}):
        rgba[4 * ({WIDTH} * y + x) : 4 * ({WIDTH} * y + x) + 4] = bytes((255, 0, 255, 0))
write(layer, "R'G'B'A u8", bytes(rgba))
image.select_rectangle(Gimp.ChannelOps.REPLACE, 170, 100, 60, 40)
told = [inpaint(image), data(image.get_layers()[0], "R'G'B'A u8")]
told += [base64.b64decode(data(layer, "R'G'B'A u8")) == bytes(rgba)]
told += [inpaint(image, [layer], target="in-place"), data(layer, "R'G'B'A u8")]
""",
    "layer mask": f"""
image = load("scene.png")
layer = image.get_layers()[0]
mask = layer.create_mask(Gimp.AddMaskType.BLACK)
layer.add_mask(mask)
write(mask, "Y u8", bytes(x % 256 for y in range({HEIGHT}) for x in range({WIDTH})))
{_SELECT}
told = [inpaint(image, [layer]), data(image.get_layers()[0].get_mask(), "Y u8")]
""",
    "several": """
image = load("scene.png")
one = add_layer(image, "one", (120, 90), (100, 80))
image.select_rectangle(Gimp.ChannelOps.REPLACE, 110, 90, 20, 20)
image.select_rectangle(Gimp.ChannelOps.ADD, 190, 140, 15, 10)
told = [inpaint(image, image.get_layers()), tree(image), len(image.get_selected_layers())]
told += [data(image.get_layers()[0], "A u8")]
""",
    "replace": f"""
image = load("scene.png")
source = image.get_layers()[0]
{_SELECT}
inpaint(image, alpha=0.9)
fill = image.get_layers()[0]
told = [inpaint(image, [fill], target="replace", {EDGES}), tree(image), data(fill, "R'G'B'A u8")]
""",
    "twice": f"""
image = load("scene.png")
{_SELECT}
told = []
for _ in range(2):
    inpaint(image, image.get_layers()[-1:])
    told.append(data(image.get_layers()[0], "R'G'B'A u8"))
""",
    "8K": f"""
import contextlib
from pathlib import Path

def peak_kib():
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # another process, which ended while we looked
            if b"dynamic_style.backend" in (path / "cmdline").read_bytes():
                found.append((path / "status").read_text())
    (text,) = found
    return int(text.split("VmHWM:")[1].split()[0])

image = load("scene.png")
{_SELECT}
small = inpaint(image)
photo = base64.b64decode(data(image.get_layers()[-1], "R'G'B' u8"))
image = Gimp.Image.new(8192, 5464, Gimp.ImageBaseType.RGB)
kind, mode = Gimp.ImageType.RGB_IMAGE, Gimp.LayerMode.NORMAL
layer = Gimp.Layer.new(image, "8K", 8192, 5464, kind, 100, mode)
layer.fill(Gimp.FillType.WHITE)
image.insert_layer(layer, None, 0)
for x, y in ((4000, 2700), (4360, 2700), (4000, 2970), (4360, 2970)):
    layer.get_buffer().set(Gegl.Rectangle.new(x, y, {WIDTH}, {HEIGHT}), "R'G'B' u8", photo)
image.select_rectangle(Gimp.ChannelOps.REPLACE, 4330, 2950, 60, 40)
before = peak_kib()
told = [inpaint(image), tree(image), peak_kib() - before]
""",
    "registered": """
procedure = Gimp.get_pdb().lookup_procedure(INPAINT)
told = {a.get_name(): [a.value_type.name, a.get_blurb()] for a in procedure.get_arguments()}
pack = [a for a in procedure.get_arguments() if a.get_name() == "pack"][0]
told = [told, list(Gimp.param_spec_choice_get_choice(pack).list_nicks())]
""",
}

REFUSED = {  # in trixie
    "refused": f"""
image = load("scene.png")
before = data(image.get_layers()[0], "R'G'B' u8")
told = {{}}
corner = add_layer(image, "corner", (20, 20), (0, 0))
{_SELECT}
told["beside"] = inpaint(image, [corner])
image.remove_layer(corner)
for name, arguments in {{
    "a style": dict(pack_id="starry-night"), "all by growing": dict(grow=250),
}}.items():
    told[name] = inpaint(image, **arguments)
Gimp.Selection.all(image)
told["all"] = inpaint(image)
told = [told, len(image.get_layers()), data(image.get_layers()[0], "R'G'B' u8") == before]
""",
    "last values": f"""
image = load("scene.png")
{_SELECT}
told = call(INPAINT, image, mode=Gimp.RunMode.WITH_LAST_VALS)
""",
}
