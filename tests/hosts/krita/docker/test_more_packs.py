"""More Packs… in the real Krita, where nobody has added a catalog."""

from __future__ import annotations

from ...one_root import IN_TRIXIE
from ..person import Person, widgets

DIALOG = "dynamic_style_catalog_dialog"
NOTICE = "find_widget('dynamic_style_catalog_notice')"


@IN_TRIXIE
def test_the_dialog_says_that_no_catalog_is_known_and_how_one_is_added(ready: Person) -> None:
    ready.menu("More Packs…")
    ready.wait_until(f"'no catalog of packs is known' in {NOTICE}.text()")
    assert "packs catalog https://... --add" in ready.look(f"{NOTICE}.text()")
    ready.desk.display.screenshot("more-packs")
    is_free = "find_widget('dynamic_style_catalog_{}').isEnabled()"
    assert not ready.look(is_free.format("install")) and not ready.look(is_free.format("remove"))
    ready.desk.display.click(*ready.krita.widget("dynamic_style_catalog_close").centre)
    ready.wait_until(f"not any(w.isVisible() for w in {widgets(DIALOG)})")
