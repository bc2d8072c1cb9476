"""More Packs… in the real Krita, where nobody has added a catalog yet."""

from __future__ import annotations

from ...one_root import IN_TRIXIE
from ..person import Person

DIALOG = "dynamic_style_catalog_dialog"
CATALOG = "dynamic_style_catalog"
NOTICE = f"find_widget('{CATALOG}_notice')"
KEY, KEY_SHOWN = "RWQ" + "A" * 53, "RWQAAAAA AAAAAAAA"


@IN_TRIXIE
def test_the_dialog_says_that_no_catalog_is_known_and_how_one_is_added(ready: Person) -> None:
    ready.menu("More Packs…")
    ready.wait_until(f"'No catalog of packs is known' in {NOTICE}.text()")
    assert "Paste the address" in ready.look(f"{NOTICE}.text()")
    ready.press(f"{CATALOG}_address")
    ready.desk.display.type(f"https://127.0.0.1:9/catalog.json {KEY}")
    ready.wait_until(f"{KEY_SHOWN!r} in find_widget('{CATALOG}_key').text()")
    ready.press(f"{CATALOG}_add")
    ready.wait_until(f"'127.0.0.1:9/catalog.json: cannot be fetched' in {NOTICE}.text()")
    ready.desk.display.screenshot("more-packs")
    is_free = "find_widget('dynamic_style_catalog_{}').isEnabled()"
    assert not ready.look(is_free.format("install")) and not ready.look(is_free.format("remove"))
    ready.desk.display.click(*ready.krita.widget("dynamic_style_catalog_close").centre)
    ready.wait_until(f"not is_shown({DIALOG!r})")
