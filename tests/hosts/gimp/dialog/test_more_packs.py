"""More Packs… in the real GIMP, where nobody has added a catalog yet."""

from __future__ import annotations

from ...one_root import IN_TRIXIE
from ..person import Person

NOTICE = "find_widget('notice').get_text()"
KEY, KEY_SHOWN = "RWQ" + "A" * 53, "RWQAAAAA AAAAAAAA"


@IN_TRIXIE
def test_the_dialog_says_that_no_catalog_is_known_and_how_one_is_added(person: Person) -> None:
    person.open("p", shows="More Packs…")
    person.wait_for_rest("More Packs…")
    person.press("More Packs…")
    person.wait_until(f"'No catalog of packs is known' in {NOTICE}")
    assert "Paste the address" in person.look(NOTICE)
    person.press("catalog-address")
    person.desk.display.type(f"https://127.0.0.1:9/catalog.json {KEY}")
    person.wait_until(f"{KEY_SHOWN!r} in find_widget('catalog-key').get_text()")
    person.press("catalog-add")
    person.wait_until(f"'127.0.0.1:9/catalog.json: cannot be fetched' in {NOTICE}")
    person.screenshot("more-packs")
    for button in ("catalog-install", "catalog-remove"):
        assert not person.look(f"find_widget({button!r}).get_sensitive()"), button
    person.wait_for_rest("Close")
    person.press("Close")
    person.wait_until("'More Packs' not in [w.get_title() for w in Gtk.Window.list_toplevels()]")
    person.cancel()
