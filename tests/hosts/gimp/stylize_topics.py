"""What test_console.py has run in GIMP; see topics.py."""

from __future__ import annotations

PRECISIONS = ("U8_LINEAR", "U16_NON_LINEAR", "U32_LINEAR", "HALF_NON_LINEAR", "FLOAT_LINEAR")

TOPICS = {
    "photo": """
image = load("photo.png")
told = [stylize(image, pack="starry-night", pack_id="", alpha=0.6)]
told += [data(image.get_layers()[0], "R'G'B' u8")]
told += [tree(image), recipe(image.get_layers()[0]), image.get_layers()[-1].get_tattoo()]
""",
    "same options": """
image = load("small.png")
told = [stylize(image, dials="strength=0.2/0.6/1,wave=0.4", scale="64", preserve_color=True)]
told += [data(image.get_layers()[0], "R'G'B' u8")]
""",
    "gray": """
image = load("gray.png")
told = [stylize(image), data(image.get_layers()[0], "Y' u8"), tree(image)]
""",
    "plain": """
image = load("small.png")
told = {"before": data(image.get_layers()[0], "R'G'B' u8")}
for name, alpha in (("high", 0.8), ("low", 0.0)):
    stylize(image, alpha=alpha)
    told[name] = data(image.get_layers()[0], "R'G'B' u8")
    image.remove_layer(image.get_layers()[0])
""",
    "profiles": """
told = {}
for name in ("srgb", "adobe"):
    image = load("srgb.png")
    if name == "adobe":
        adobe = Gimp.ColorProfile.new_rgb_adobe()
        image.convert_color_profile(adobe, Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC, True)
    told[name] = [stylize(image), data(image.get_layers()[0], "R'G'B' u8")]
""",
    "depths": f"""
told = {{}}
for precision in {PRECISIONS}:
    image = load("small.png")
    image.convert_precision(getattr(Gimp.Precision, precision))
    done = stylize(image)
    kept = image.get_precision() == getattr(Gimp.Precision, precision)
    told[precision] = [done, kept, data(image.get_layers()[0], "R'G'B' float")]
""",
    "alpha channel": """
image = load("small.png")
layer = add_layer(image, "see-through", (40, 30))
told = [stylize(image, [layer]), data(layer, "A u8"), data(image.get_layers()[0], "A u8")]
""",
    "offset": """
image = load("small.png")
layer = add_layer(image, "aside", (50, 40), (-10, 60), has_alpha=False)
told = [stylize(image, [layer]), tree(image), data(image.get_layers()[0], "R'G'B' u8")]
alone = Gimp.Image.new(50, 40, Gimp.ImageBaseType.RGB)
add_layer(alone, "alone", (50, 40), has_alpha=False)
told += [stylize(alone, alone.get_layers()), data(alone.get_layers()[0], "R'G'B' u8")]
""",
    "selection": """
told = {}
for name in ("soft", "hard", "ignore"):
    for target in ("new-layer", "in-place"):
        image = load("small.png")
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 15, 50, 40)
        Gimp.Selection.feather(image, 12)
        below, before = image.get_layers()[-1], selection(image.get_layers()[-1])
        done = stylize(image, selection=name, target=target)
        top = image.get_layers()[0]
        mask = top.get_mask()
        told[f"{name} {target}"] = {
            "done": done, "layers": len(image.get_layers()), "channels": len(image.get_channels()),
            "selection": before, "after": selection(below), "top": data(top, "R'G'B' u8"),
            "mask": None if mask is None else data(mask, "Y u8"),
            "below": data(below, "R'G'B' u8"),
        }
""",
    "alpha map": """
image = load("small.png")
image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 0, 38, 72)
Gimp.Selection.feather(image, 12)
told = {"half": [stylize(image, alpha_source="selection", selection="ignore"),
                 data(image.get_layers()[0], "R'G'B' u8"), tree(image)],
        "map": selection(image.get_layers()[-1])}
told["both"] = [stylize(image, image.get_layers()[-1:], alpha_source="selection"),
                data(image.get_layers()[1], "R'G'B' u8"),
                data(image.get_layers()[1].get_mask(), "Y u8")]
image = load("small.png")
Gimp.Selection.all(image)
told["all"] = [stylize(image, alpha_source="selection", selection="ignore"),
               data(image.get_layers()[0], "R'G'B' u8")]
""",
    "layer mask": """
image = load("small.png")
layer = image.get_layers()[0]
layer.add_alpha()
mask = layer.create_mask(Gimp.AddMaskType.BLACK)
layer.add_mask(mask)
write(mask, "Y u8", bytes(x * 2 for y in range(72) for x in range(96)))
told = [stylize(image, [layer]), data(image.get_layers()[0].get_mask(), "Y u8")]
told += [data(layer.get_mask(), "Y u8")]
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 48, 72)
told += [stylize(image, [layer]), data(image.get_layers()[1].get_mask(), "Y u8")]
""",
    "several layers": """
image = load("small.png")
one = add_layer(image, "one", (30, 20), (5, 5))
two = add_layer(image, "two", (20, 30), (40, 10))
told = [stylize(image, [one, two]), tree(image), len(image.get_selected_layers())]
""",
    "groups and text": """
image = load("small.png")
group = Gimp.GroupLayer.new(image, "group")
image.insert_layer(group, None, 0)
told = {"empty": stylize(image, [group])}
kind, mode = Gimp.ImageType.RGBA_IMAGE, Gimp.LayerMode.NORMAL
inner = Gimp.Layer.new(image, "inner", 30, 20, kind, 100, mode)
inner.fill(Gimp.FillType.WHITE)
image.insert_layer(inner, group, 0)
told["group"] = [stylize(image, [group]), tree(image)]
told["inside"] = [stylize(image, [inner]), [about(layer) for layer in group.get_children()]]
told["in place"] = {"group": stylize(image, [group], target="in-place")}
locked = add_layer(image, "locked", (20, 20))
locked.set_lock_content(True)
told["in place"]["locked"] = stylize(image, [locked], target="in-place")
if hasattr(Gimp, "LinkLayer"):
    link = Gimp.LinkLayer.new(image, Gio.File.new_for_path("/exchange/small.png"))
    image.insert_layer(link, None, 0)
    told["in place"]["link"] = stylize(image, [link], target="in-place")
    told["link"] = stylize(image, [link])
""",
    "no layers": """
image = load("small.png")
layer = image.get_layers()[0]
layer.add_mask(layer.create_mask(Gimp.AddMaskType.WHITE))
channel = Gimp.Channel.new(image, "stencil", 96, 72, 50.0, Gegl.Color.new("red"))
image.insert_channel(channel, None, 0)
told = {"mask": stylize(image, [layer.get_mask()]), "channel": stylize(image, [channel])}
told["nothing"] = stylize(image, [])
indexed = load("small.png")
indexed.convert_indexed(
    Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, "")
told["indexed"] = [stylize(indexed), len(indexed.get_layers())]
floating = load("small.png")
floating.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 30, 30)
Gimp.Selection.float(floating, floating.get_layers(), 5, 5)
told["floating"] = stylize(floating, [floating.get_layers()[-1]])
""",
    "replace": """
image = load("small.png")
source = image.get_layers()[0]
stylize(image, alpha=0.2)
result = image.get_layers()[0]
told = [stylize(image, [result], target="replace"), tree(image), data(result, "R'G'B' u8")]
told += [json.loads(recipe(result))["target"]]
image.remove_layer(source)
told += [stylize(image, [result], target="replace")]
""",
    "installed pack": """
file = Gio.File.new_for_path("/exchange/my-night")
told = [call("plug-in-dynamic-style-install-pack", file=file)]
told += [stylize(load("small.png"), pack_id="my-night")]
told += [call("plug-in-dynamic-style-install-pack", file=file)]
told += [call("plug-in-dynamic-style-install-pack", file=file, replace=True)]
""",
    "registered": """
procedure = Gimp.get_pdb().lookup_procedure(STYLIZE)
told = {a.get_name(): [a.value_type.name, a.get_blurb()] for a in procedure.get_arguments()}
config = procedure.create_config()
pack = [a for a in procedure.get_arguments() if a.get_name() == "pack"][0]
told = [told, list(Gimp.param_spec_choice_get_choice(pack).list_nicks())]
""",
}

REFUSED = {  # in trixie
    "beside the selection": """
image = load("small.png")
layer = add_layer(image, "corner", (20, 20), (0, 0))
image.select_rectangle(Gimp.ChannelOps.REPLACE, 60, 40, 20, 20)
told = [stylize(image, [layer]), len(image.get_layers())]
image.select_rectangle(Gimp.ChannelOps.REPLACE, 30, 30, 2, 2)
Gimp.Selection.feather(image, 12)
told.append(stylize(image, image.get_layers()[-1:], selection="hard", target="in-place"))
""",
    "empty layers": """
image = load("small.png")
kind, mode = Gimp.ImageType.RGBA_IMAGE, Gimp.LayerMode.NORMAL
empty = Gimp.Layer.new(image, "blank", 1500, 900, kind, 100, mode)
image.insert_layer(empty, None, 0)
empty.fill(Gimp.FillType.TRANSPARENT)
told = {"new": stylize(image, [empty])}
told["in place"] = stylize(image, [empty], target="in-place")
told["one of two"] = stylize(image, image.get_layers())
told["layers"] = len(image.get_layers())
image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 20, 20)
told["inpaint"] = inpaint(image, [empty])
corner = Gegl.Rectangle.new(1499, 899, 1, 1)
empty.get_buffer().set(corner, "RGBA u8", bytes([200, 100, 0, 1]))
empty.get_buffer().flush()
Gimp.Selection.none(image)
told["a speck"] = stylize(image, [empty])
""",
    "wrong calls": """
image = load("small.png")
before = data(image.get_layers()[0], "R'G'B' u8")
told = {
    "target": stylize(image, target="in place"),
    "last values": call(STYLIZE, image, mode=Gimp.RunMode.WITH_LAST_VALS),
    "no file": call("plug-in-dynamic-style-install-pack"),
    "no such file": call("plug-in-dynamic-style-install-pack",
                         file=Gio.File.new_for_path("/exchange/none.dynpack")),
}
told = [told, len(image.get_layers()), data(image.get_layers()[0], "R'G'B' u8") == before]
""",
}
